// SPDX-License-Identifier: Apache-2.0
//
// SIGINT and SIGTERM only set a flag: the steps that run are killed, everything
// is unmounted and removed on the usual way out, and main dies of the signal
// then. A second signal does not wait.
#include "Build.h"

#include "llb/Backend/Backend.h"
#include "llb/Driver/ToolSupport.h"
#include "llb/Engine/Solver.h"
#include "llb/Support/BuildDiags.h"
#include "llb/Support/GoJson.h"

#include <atomic>
#include <cstdlib>
#include <llvm/Support/MemoryBuffer.h>
#include <signal.h>
#include <unistd.h>

namespace llbc {
namespace {

using namespace llb;

std::atomic<bool> canceled;
volatile sig_atomic_t signalNumber;

void onSignal(int number) {
  if (signalNumber)
    _exit(128 + number);
  signalNumber = number;
  canceled = true;
}

std::string defaultRoot() {
  if (const char *data = std::getenv("XDG_DATA_HOME"); data && *data)
    return std::string(data) + "/llbc";
  if (const char *home = std::getenv("HOME"); home && *home)
    return std::string(home) + "/.local/share/llbc";
  return "/var/lib/llbc";
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

/// Content of the secrets. BuildKit refuses longer ones as well.
llvm::Error readSecrets(const driver::Options &options,
                        std::map<std::string, std::string> &secrets) {
  constexpr size_t maxSecret = 500 * 1024;
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

class Job {
public:
  explicit Job(const driver::BuildJob &job) : job(job) {}
  llvm::LogicalResult run();

private:
  llvm::Error open();
  llvm::Error openAgents();
  llvm::LogicalResult tell(const backend::Exported &exported);
  llvm::LogicalResult fail(DiagId id, llvm::Error error) {
    job.diags.report(id, {}, llvm::toString(std::move(error)));
    return llvm::failure();
  }

  const driver::BuildJob &job;
  std::unique_ptr<engine::Store> store;
  std::unique_ptr<registry::Client> registry;
  engine::SshAgents agents;
};

llvm::Error Job::open() {
  if (llvm::Error error = engine::enterPrivateNamespace())
    return error;
  auto opened = engine::Store::open(
      job.options.root.empty() ? defaultRoot() : job.options.root);
  if (!opened)
    return opened.takeError();
  store = std::move(*opened);
  registry::CredentialStore credentials;
  registry::RegistriesConf conf;
  std::string error;
  if (!registry::CredentialStore::load(credentials, error) ||
      !registry::RegistriesConf::load(conf, error))
    return llvm::createStringError(
        std::make_error_code(std::errc::invalid_argument), "%s", error.c_str());
  registry = std::make_unique<registry::Client>(std::move(credentials),
                                                std::move(conf));
  return llvm::Error::success();
}

llvm::Error Job::openAgents() {
  for (const auto &[id, paths] : job.options.ssh) {
    auto agent = engine::SshAgent::open(paths, store->temporaryPath());
    if (!agent)
      return llvm::createStringError(
          std::make_error_code(std::errc::invalid_argument), "--ssh %s: %s",
          id.c_str(), llvm::toString(agent.takeError()).c_str());
    agents.emplace(id, std::move(*agent));
  }
  return llvm::Error::success();
}

/// Writes `--iidfile` and `--metadata-file` as buildx does.
llvm::LogicalResult Job::tell(const backend::Exported &exported) {
  auto write = [&](const std::string &path, const std::string &text) {
    if (path.empty())
      return llvm::success();
    return llvm::success(driver::writeText(
        {path}, job.diags, [&](llvm::raw_ostream &out) { out << text; }));
  };
  // An index has no config.
  bool single = !job.lowered.multiPlatform;
  std::string json = "{";
  if (single)
    json += "\"containerimage.config.digest\":" +
            go::jsonString(exported.configDigest) + ",";
  json += "\"containerimage.descriptor\":" + exported.descriptor +
          ",\"containerimage.digest\":" + go::jsonString(exported.digest);
  std::string names;
  for (const std::string &name : job.options.tags)
    names += (names.empty() ? "" : ",") + name;
  if (!names.empty())
    json += ",\"image.name\":" + go::jsonString(names);
  if (failed(write(job.options.idFile,
                   single ? exported.configDigest : exported.digest)))
    return llvm::failure();
  return write(job.options.metadataFile, go::indentJson(json + "}") + "\n");
}

llvm::LogicalResult Job::run() {
  if (llvm::Error error = open())
    return fail(diag::BuildUnavailable, std::move(error));
  engine::Snapshots snapshots(*store);
  auto progress = engine::Progress::create(progressMode(job.options.progress),
                                           job.messages);
  engine::SolveOptions options;
  options.locals = job.locals;
  options.hashing = context::ContentOptions::from(job.options.hashIndex);
  options.warnings = &job.diags;
  options.cancel = &canceled;
  if (llvm::Error error = readSecrets(job.options, options.secrets))
    return fail(diag::BuildUnavailable, std::move(error));
  if (llvm::Error error = openAgents())
    return fail(diag::BuildUnavailable, std::move(error));
  options.ssh = &agents;
  engine::Solver solver(*store, snapshots, *registry, *progress, options);
  std::vector<backend::Image> images;
  for (const lower::LoweredImage &lowered : job.lowered.images) {
    backend::Image image;
    image.platform = lowered.platform;
    image.config = lowered.config;
    image.baseConfig = lowered.baseConfig;
    if (!lowered.module.results.empty()) {
      engine::StepFailure failure;
      auto snapshot =
          solver.solve(lowered.module, lowered.module.results.front(), failure);
      if (!snapshot) {
        progress.reset();
        reportFailure(job, lowered.module, failure);
        return llvm::failure();
      }
      image.snapshot = std::move(*snapshot);
    }
    images.push_back(std::move(image));
  }
  progress.reset();
  backend::ExportOptions exporting;
  exporting.sourceDateEpoch = job.lowered.sourceDateEpoch;
  exporting.multiPlatform = job.lowered.multiPlatform;
  exporting.names = job.options.tags;
  backend::Exporter exporter(*store, snapshots, exporting);
  auto exported = job.options.emit == driver::EmitKind::Docker
                      ? exporter.writeDocker(images, job.out)
                      : exporter.writeOci(images, job.out);
  if (!exported)
    return fail(diag::ExportFailed, exported.takeError());
  return tell(*exported);
}

} // namespace

int receivedSignal() { return signalNumber; }

llvm::LogicalResult build(const driver::BuildJob &job) {
  struct sigaction action = {};
  action.sa_handler = onSignal;
  for (int number : {SIGINT, SIGTERM, SIGHUP})
    sigaction(number, &action, nullptr);
  return Job(job).run();
}

} // namespace llbc
