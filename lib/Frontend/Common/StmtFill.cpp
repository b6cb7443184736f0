// SPDX-License-Identifier: Apache-2.0
//
// One `fill` a statement. Each is a list of checks in BuildKit's order.
#include "StmtFiller.h"

#include "Heredoc.h"
#include "Keywords.h"

#include "llb/AST/Mount.h"
#include "llb/Support/GoText.h"

#include <algorithm>
#include <map>

namespace llb::frontend {
namespace {

/// The rest of the first comment that starts with `name` and a space.
std::string docComment(const std::vector<std::string> &comments,
                       std::string_view name) {
  if (name.empty())
    return {};
  for (const std::string &comment : comments)
    if (comment.size() > name.size() && comment.starts_with(name) &&
        comment[name.size()] == ' ')
      return comment.substr(name.size() + 1);
  return {};
}

bool isStageName(std::string_view name) {
  auto isLower = [](char c) { return c >= 'a' && c <= 'z'; };
  auto isTail = [&](char c) {
    return isLower(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !name.empty() && isLower(name[0]) &&
         std::all_of(name.begin(), name.end(), isTail);
}

} // namespace

/// Sources, inline files and destination of ADD and COPY. A body is found by
/// its heredoc's name, so of two with one name the last counts for both.
template <class Stmt> bool StmtFiller::fillFiles(Stmt &stmt) {
  std::string ignored;
  Arg &dest = args.items.back();
  if (parseHeredocWord(dest.text, ignored))
    return fail(diag::HeredocDestination, dest.range, name());
  std::map<std::string_view, const ast::Heredoc *> bodies;
  for (const ast::Heredoc &heredoc : line.heredocs)
    bodies[heredoc.name] = &heredoc;
  for (size_t i = 0; i + 1 < args.items.size(); ++i) {
    std::string &source = args.items[i].text;
    std::optional<ast::Heredoc> heredoc;
    if (source.find("<<") != std::string::npos)
      heredoc = parseHeredocWord(source, ignored);
    if (!heredoc) {
      stmt.sources.push_back(std::move(source));
      continue;
    }
    if (auto body = bodies.find(heredoc->name); body != bodies.end())
      heredoc->content = body->second->content;
    stmt.inlineFiles.push_back(
        {heredoc->name, heredoc->chomped(), heredoc->expand});
  }
  stmt.dest = std::move(dest.text);
  return true;
}

bool StmtFiller::fill(ast::AddStmt &stmt) {
  if (args.items.size() < 2)
    return fail(diag::NeedsDestination, wordRange(), name());
  return readFlags({{"chown", &stmt.chown},
                    {"chmod", &stmt.chmod},
                    {"link", &stmt.link},
                    {"keep-git-dir", &stmt.keepGitDir},
                    {"checksum", &stmt.checksum},
                    {"unpack", &stmt.unpack},
                    {"exclude", &stmt.excludes}}) &&
         fillFiles(stmt);
}

bool StmtFiller::fill(ast::CopyStmt &stmt) {
  if (args.items.size() < 2)
    return fail(diag::NeedsDestination, wordRange(), name());
  return readFlags({{"chown", &stmt.chown},
                    {"from", &stmt.from},
                    {"chmod", &stmt.chmod},
                    {"link", &stmt.link},
                    {"exclude", &stmt.excludes},
                    {"parents", &stmt.parents}}) &&
         fillFiles(stmt);
}

/// Flags of an ARG are read with the line and never looked at.
bool StmtFiller::fill(ast::ArgStmt &stmt) {
  if (args.items.empty())
    return needArguments();
  for (Arg &arg : args.items) {
    ast::ArgDecl decl;
    size_t equal = arg.text.find('=');
    if (equal == 0)
      return fail(diag::BlankName, arg.range, name());
    decl.key = arg.text.substr(0, equal);
    if (equal != std::string::npos)
      decl.value = arg.text.substr(equal + 1);
    decl.doc = docComment(line.comments, decl.key);
    stmt.args.push_back(std::move(decl));
  }
  return true;
}

bool StmtFiller::fill(ast::CmdStmt &stmt) {
  stmt.command = commandLine();
  return readFlags();
}

bool StmtFiller::fill(ast::EntrypointStmt &stmt) {
  stmt.command = commandLine();
  return readFlags();
}

bool StmtFiller::fill(ast::EnvStmt &stmt) { return fillPairs(stmt.pairs); }

bool StmtFiller::fill(ast::LabelStmt &stmt) { return fillPairs(stmt.pairs); }

bool StmtFiller::fill(ast::ExposeStmt &stmt) {
  if (args.items.empty())
    return needArguments();
  if (!readFlags())
    return false;
  for (Arg &arg : args.items)
    stmt.ports.push_back(std::move(arg.text));
  std::sort(stmt.ports.begin(), stmt.ports.end());
  return true;
}

bool StmtFiller::fill(ast::FromStmt &stmt) {
  const std::vector<Arg> &names = args.items;
  if (!names.empty())
    stmt.base = names[0].text;
  if (names.size() >= 3)
    stmt.asWord = names[1].text;
  if (names.size() == 3)
    stmt.nameAsWritten = names[2].text;
  if (names.size() == 3 && unicode::equalFold(names[1].text, "as")) {
    stmt.name = unicode::toLower(names[2].text);
    if (!isStageName(stmt.name))
      return fail(diag::InvalidStageName, names[2].range,
                  go::quote(names[2].text));
  } else if (names.size() != 1) {
    return fail(diag::FromArguments,
                names.empty() ? wordRange() : raw.place(raw.rest), name());
  }
  stmt.doc = docComment(line.comments, stmt.name);
  return readFlags({{"platform", &stmt.platform}});
}

bool StmtFiller::readDuration(std::string_view flag, const std::string &text,
                              int64_t &target) {
  if (text.empty())
    return true;
  go::Parsed<int64_t> duration = go::parseDuration(text);
  if (!duration.ok())
    return fail(diag::InvalidDuration, flagRange(flags, flag), duration.error);
  constexpr int64_t millisecond = 1'000'000;
  if (duration.value != 0 && duration.value < millisecond)
    return fail(diag::IntervalTooShort, flagRange(flags, flag),
                go::quote(flag));
  target = duration.value;
  return true;
}

bool StmtFiller::fill(ast::HealthcheckStmt &stmt) {
  if (args.items.empty())
    return needArguments();
  std::string type = unicode::toUpper(args.items[0].text);
  if (type == "NONE") {
    if (args.items.size() > 1)
      return fail(diag::HealthcheckNoneArguments, args.items[1].range, name());
    stmt.test = {type};
    return true;
  }
  std::string interval, timeout, startPeriod, startInterval, retries;
  if (!readFlags({{"interval", &interval},
                  {"timeout", &timeout},
                  {"start-period", &startPeriod},
                  {"start-interval", &startInterval},
                  {"retries", &retries}}))
    return false;
  if (type != "CMD")
    return fail(diag::HealthcheckType, args.items[0].range, go::quote(type),
                name());
  if (args.items.size() == 1)
    return fail(diag::HealthcheckNoCommand, wordRange(), name());
  stmt.test.push_back(args.json ? "CMD" : "CMD-SHELL");
  for (size_t i = 1; i < args.items.size(); ++i)
    stmt.test.push_back(std::move(args.items[i].text));
  if (!readDuration("interval", interval, stmt.interval) ||
      !readDuration("timeout", timeout, stmt.timeout) ||
      !readDuration("start-period", startPeriod, stmt.startPeriod) ||
      !readDuration("start-interval", startInterval, stmt.startInterval))
    return false;
  if (retries.empty())
    return true;
  go::Parsed<int64_t> count = go::parseInt(retries, 10, 32);
  llvm::SMRange range = flagRange(flags, "retries");
  if (!count.ok())
    return fail(diag::InvalidRetries, range, count.error);
  if (count.value < 0)
    return fail(diag::NegativeRetries, range, count.value);
  stmt.retries = static_cast<int>(count.value);
  return true;
}

bool StmtFiller::fill(ast::MaintainerStmt &stmt) {
  return oneArgument(stmt.maintainer) && readFlags();
}

/// Docker's words are compared in upper case, as BuildKit does it: the lexer's
/// rule about letters of other alphabets is another.
bool StmtFiller::checkTrigger(const Head &inner) {
  std::optional<ast::StmtKind> kind;
  if (words == ast::Vocabulary::Docker)
    kind = ast::stmtKindNamed(unicode::toUpper(unicode::trim(inner.word.text)),
                              words);
  else
    kind = inner.kind;
  if (kind == ast::StmtKind::Onbuild)
    return fail(diag::ChainedOnbuild, raw.place(inner.word), name());
  if (kind == ast::StmtKind::Maintainer || kind == ast::StmtKind::From)
    return fail(diag::ForbiddenTrigger, raw.place(inner.word), name(*kind),
                name());
  return true;
}

bool StmtFiller::fill(ast::OnbuildStmt &stmt) {
  // The arguments were read for the innermost instruction; here only the word
  // of the next one counts.
  if (raw.heads.size() < 2)
    return needArguments();
  if (!readFlags() || !checkTrigger(raw.heads[1]))
    return false;
  stmt.trigger = storedTrigger(raw, words);
  return true;
}

bool StmtFiller::fill(ast::RunStmt &stmt) {
  if (!readFlags({{"device", &stmt.devices},
                  {"mount", &stmt.mounts},
                  {"network", &stmt.network},
                  {"security", &stmt.security}}))
    return false;
  stmt.command = commandLine();
  std::vector<llvm::SMRange> devices = flagRanges(flags, "device");
  for (size_t i = 0; i < stmt.devices.size(); ++i)
    if (!ast::parseDevice(stmt.devices[i], devices[i], error))
      return false;
  std::vector<llvm::SMRange> mounts = flagRanges(flags, "mount");
  for (size_t i = 0; i < stmt.mounts.size(); ++i)
    if (!ast::parseMount(stmt.mounts[i], nullptr, mounts[i], error))
      return false;
  if (stmt.network != "default" && stmt.network != "none" &&
      stmt.network != "host")
    return fail(diag::InvalidNetworkMode, flagRange(flags, "network"),
                go::quote(stmt.network));
  if (stmt.security != "sandbox" && stmt.security != "insecure")
    return fail(diag::InvalidSecurityMode, flagRange(flags, "security"),
                go::quote(stmt.security));
  return true;
}

bool StmtFiller::fill(ast::ShellStmt &stmt) {
  if (!readFlags())
    return false;
  if (args.items.empty())
    return needArguments();
  if (!args.json)
    return fail(diag::ShellNotJson, args.items[0].range, name());
  for (Arg &arg : args.items)
    stmt.shell.push_back(std::move(arg.text));
  return true;
}

/// Flags of a STOPSIGNAL are read with the line and never looked at.
bool StmtFiller::fill(ast::StopsignalStmt &stmt) {
  return oneArgument(stmt.signal);
}

bool StmtFiller::fill(ast::UserStmt &stmt) {
  return oneArgument(stmt.user) && readFlags();
}

bool StmtFiller::fill(ast::VolumeStmt &stmt) {
  if (args.items.empty())
    return needArguments();
  if (!readFlags())
    return false;
  for (const Arg &arg : args.items) {
    stmt.volumes.emplace_back(unicode::trim(arg.text));
    if (stmt.volumes.back().empty())
      return fail(diag::EmptyVolume, arg.range, name());
  }
  return true;
}

bool StmtFiller::fill(ast::WorkdirStmt &stmt) {
  return oneArgument(stmt.path) && readFlags();
}

} // namespace llb::frontend
