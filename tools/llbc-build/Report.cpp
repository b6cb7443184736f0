// SPDX-License-Identifier: Apache-2.0
//
// A signal only sets a flag: what runs is ended and removed on the usual way
// out, and main dies of the signal then.
#include "Report.h"

#include "llb/Driver/ToolSupport.h"
#include "llb/Support/BuildDiags.h"
#include "llb/Support/GoJson.h"

#include <cstdlib>
#include <llvm/Support/MemoryBuffer.h>
#include <signal.h>
#include <unistd.h>

namespace llbc {

using namespace llb;

namespace {

std::atomic<bool> canceled;
volatile sig_atomic_t signalNumber;

void onSignal(int number) {
  if (signalNumber)
    _exit(128 + number);
  signalNumber = number;
  canceled = true;
}

/// The lines of the build file that an operation comes from.
LineRange linesOf(const ir::Node &node) {
  LineRange lines;
  for (const ir::Location &location : node.locations.locations)
    for (const ir::Range &range : location.ranges) {
      auto first = range.start ? static_cast<unsigned>(range.start->line) : 0;
      auto last = range.end ? static_cast<unsigned>(range.end->line) : first;
      if (!first)
        continue;
      lines.first = lines.first ? std::min(lines.first, first) : first;
      lines.last = std::max(lines.last, last);
    }
  return lines;
}

/// The first of `lines` in `text`, for the caret.
llvm::SMRange rangeOf(std::string_view text, LineRange lines) {
  if (!lines.first)
    return {};
  size_t start = 0;
  for (unsigned line = 1; line < lines.first; ++line) {
    size_t end = text.find('\n', start);
    if (end == std::string_view::npos)
      return {};
    start = end + 1;
  }
  size_t end = std::min(text.find('\n', start), text.size());
  return {llvm::SMLoc::getFromPointer(text.data() + start),
          llvm::SMLoc::getFromPointer(text.data() + end)};
}

} // namespace

const std::atomic<bool> &watchSignals() {
  struct sigaction action = {};
  action.sa_handler = onSignal;
  for (int number : {SIGINT, SIGTERM, SIGHUP})
    sigaction(number, &action, nullptr);
  return canceled;
}

int receivedSignal() { return signalNumber; }

void dieOfSignal() {
  if (int number = signalNumber) {
    signal(number, SIG_DFL);
    raise(number);
  }
}

engine::ProgressMode progressMode(driver::ProgressKind kind) {
  switch (kind) {
  case driver::ProgressKind::Auto:
    return engine::ProgressMode::Auto;
  case driver::ProgressKind::Plain:
    return engine::ProgressMode::Plain;
  case driver::ProgressKind::Tty:
    return engine::ProgressMode::Tty;
  case driver::ProgressKind::RawJson:
    return engine::ProgressMode::RawJson;
  case driver::ProgressKind::Quiet:
    break;
  }
  return engine::ProgressMode::Quiet;
}

llvm::Error openAgents(const driver::Options &options,
                       llvm::function_ref<std::string()> newFolder,
                       engine::SshAgents &agents) {
  for (const auto &[id, paths] : options.ssh) {
    auto agent = engine::SshAgent::open(paths, newFolder());
    if (!agent)
      return llvm::createStringError(
          std::make_error_code(std::errc::invalid_argument), "--ssh %s: %s",
          id.c_str(), llvm::toString(agent.takeError()).c_str());
    agents.emplace(id, std::move(*agent));
  }
  return llvm::Error::success();
}

llvm::Error readSecrets(const driver::Options &options,
                        std::map<std::string, std::string> &secrets) {
  constexpr size_t maxSecret = 500 << 10;
  for (const auto &[id, source] : options.secrets) {
    std::string text;
    if (!source.variable.empty()) {
      const char *value = std::getenv(source.variable.c_str());
      if (!value)
        continue;
      text = value;
    } else {
      auto file = llvm::MemoryBuffer::getFile(source.file);
      if (!file)
        return llvm::createStringError(file.getError(), "secret %s: %s: %s",
                                       id.c_str(), source.file.c_str(),
                                       file.getError().message().c_str());
      text = (*file)->getBuffer().str();
    }
    if (text.size() > maxSecret)
      return llvm::createStringError(
          std::make_error_code(std::errc::file_too_large),
          "secret %s: %zu bytes; at most %zu are passed", id.c_str(),
          text.size(), maxSecret);
    secrets[id] = std::move(text);
  }
  return llvm::Error::success();
}

void reportFailure(const driver::BuildJob &job, const ir::Module &module,
                   const engine::StepFailure &failure) {
  const ir::Node &node = module[failure.node];
  // On a terminal, and without progress, the output has not been seen.
  if (!failure.log.empty() &&
      job.options.progress != driver::ProgressKind::RawJson) {
    constexpr size_t maxLines = 20;
    std::string_view log = failure.log;
    while (log.ends_with('\n'))
      log.remove_suffix(1);
    size_t start = log.size();
    for (size_t n = 0; n < maxLines && start != std::string_view::npos; ++n)
      start = start ? log.rfind('\n', start - 1) : std::string_view::npos;
    if (start != std::string_view::npos)
      log.remove_prefix(start + 1);
    job.messages << "------\n > " << engine::describeNode(node) << ":\n"
                 << llvm::StringRef(log.data(), log.size()) << "\n------\n";
  }
  LineRange lines = linesOf(node);
  auto reporter = job.diags.report(diag::BuildFailed, rangeOf(job.text, lines),
                                   failure.message);
  if (lines.first)
    reporter.place(lines);
}

llvm::LogicalResult writeResultFiles(const driver::BuildJob &job,
                                     const std::string &imageId,
                                     const std::string &json) {
  auto write = [&](const std::string &path, const std::string &text) {
    if (path.empty())
      return llvm::success();
    return llvm::success(driver::writeText(
        {path}, job.diags, [&](llvm::raw_ostream &out) { out << text; }));
  };
  if (failed(write(job.options.idFile, imageId)))
    return llvm::failure();
  return write(job.options.metadataFile, go::indentJson(json) + "\n");
}

} // namespace llbc
