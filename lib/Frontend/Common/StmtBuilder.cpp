// SPDX-License-Identifier: Apache-2.0
//
// One `fill` a statement. Each is a list of checks in BuildKit's order.
#include "StmtBuilder.h"

#include "Heredoc.h"
#include "Keywords.h"
#include "llb/AST/Mount.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/GoText.h"
#include "llb/Support/Unicode.h"

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

class Builder {
public:
  Builder(RawStmt &raw, Args args, char escape, ast::Vocabulary words,
          Diagnostic &error)
      : raw(raw), line(*raw.line), args(std::move(args)), words(words),
        error(error) {
    for (const Word &word : raw.heads[0].flags)
      flags.push_back({flagText(word.text, escape), raw.place(word)});
  }

  bool build(ast::Stmt &stmt);

private:
  RawStmt &raw;
  LogicalLine &line;
  Args args;
  ast::Vocabulary words;
  Diagnostic &error;
  std::vector<FlagWord> flags;

  template <class Stmt> bool make(ast::Stmt &result) {
    Stmt &stmt = result.emplace<Stmt>();
    stmt.word = raw.heads[0].word.text;
    stmt.original = unicode::trim(line.text);
    stmt.range = line.range;
    stmt.lines = line.lines;
    for (const FlagWord &flag : flags)
      stmt.flags.push_back(flag.text);
    bool sound = fill(stmt);
    stmt.comments = std::move(line.comments);
    stmt.heredocs = std::move(line.heredocs);
    return sound;
  }

  bool fill(ast::AddStmt &stmt);
  bool fill(ast::ArgStmt &stmt);
  bool fill(ast::CmdStmt &stmt);
  bool fill(ast::CopyStmt &stmt);
  bool fill(ast::EntrypointStmt &stmt);
  bool fill(ast::EnvStmt &stmt);
  bool fill(ast::ExposeStmt &stmt);
  bool fill(ast::FromStmt &stmt);
  bool fill(ast::HealthcheckStmt &stmt);
  bool fill(ast::LabelStmt &stmt);
  bool fill(ast::MaintainerStmt &stmt);
  bool fill(ast::OnbuildStmt &stmt);
  bool fill(ast::RunStmt &stmt);
  bool fill(ast::ShellStmt &stmt);
  bool fill(ast::StopsignalStmt &stmt);
  bool fill(ast::UserStmt &stmt);
  bool fill(ast::VolumeStmt &stmt);
  bool fill(ast::WorkdirStmt &stmt);

  bool unknownInstruction();
  bool needArguments();
  bool oneArgument(std::string &target);
  bool fillPairs(std::vector<ast::KeyValue> &target);
  ast::CommandLine commandLine() const;
  bool readDuration(std::string_view flag, const std::string &text,
                    int64_t &target);
  template <class Stmt> bool fillFiles(Stmt &stmt);
  bool checkTrigger(const Head &inner);

  llvm::SMRange wordRange() const { return raw.place(raw.heads[0].word); }
  /// What messages call an instruction, by default the one at hand.
  std::string_view name(ast::StmtKind kind) const {
    return ast::wordOf(kind, words);
  }
  std::string_view name() const { return name(*raw.heads[0].kind); }
  bool readFlags(llvm::ArrayRef<FlagSpec> specs = {}) {
    return parseFlags(flags, specs, error);
  }
  template <class... Values>
  bool fail(DiagId id, llvm::SMRange range, const Values &...values) {
    error = DiagEngine::make(id, range, fmt::make_format_args(values...));
    return false;
  }
};

bool Builder::unknownInstruction() {
  std::string word(raw.heads[0].word.text);
  auto better = suggestKeyword(word, raw.rest.text, words);
  fail(diag::UnknownInstruction, wordRange(), word,
       better ? " (did you mean " + better->text + "?)" : "");
  if (better && better->forWord)
    error.fixIts.push_back({wordRange(), better->text});
  return false;
}

bool Builder::needArguments() {
  return fail(diag::NeedsArguments, wordRange(), name());
}

/// The argument is the rest of the line, so there is one or none.
bool Builder::oneArgument(std::string &target) {
  if (args.items.size() != 1)
    return fail(diag::NeedsOneArgument, wordRange(), name());
  target = std::move(args.items[0].text);
  return true;
}

bool Builder::fillPairs(std::vector<ast::KeyValue> &target) {
  if (!readFlags())
    return false;
  if (args.pairs.empty())
    return needArguments();
  for (Pair &pair : args.pairs) {
    if (pair.value.key.empty())
      return fail(diag::BlankName, pair.range, name());
    target.push_back(std::move(pair.value));
  }
  return true;
}

ast::CommandLine Builder::commandLine() const {
  ast::CommandLine command;
  command.shellForm = !args.json;
  for (const Arg &arg : args.items)
    command.args.push_back(arg.text);
  return command;
}

/// Sources, inline files and destination of ADD and COPY. A body is found by
/// its heredoc's name, so of two with one name the last counts for both.
template <class Stmt> bool Builder::fillFiles(Stmt &stmt) {
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

bool Builder::fill(ast::AddStmt &stmt) {
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

bool Builder::fill(ast::CopyStmt &stmt) {
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
bool Builder::fill(ast::ArgStmt &stmt) {
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

bool Builder::fill(ast::CmdStmt &stmt) {
  stmt.command = commandLine();
  return readFlags();
}

bool Builder::fill(ast::EntrypointStmt &stmt) {
  stmt.command = commandLine();
  return readFlags();
}

bool Builder::fill(ast::EnvStmt &stmt) { return fillPairs(stmt.pairs); }

bool Builder::fill(ast::LabelStmt &stmt) { return fillPairs(stmt.pairs); }

bool Builder::fill(ast::ExposeStmt &stmt) {
  if (args.items.empty())
    return needArguments();
  if (!readFlags())
    return false;
  for (Arg &arg : args.items)
    stmt.ports.push_back(std::move(arg.text));
  std::sort(stmt.ports.begin(), stmt.ports.end());
  return true;
}

bool Builder::fill(ast::FromStmt &stmt) {
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

bool Builder::readDuration(std::string_view flag, const std::string &text,
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

bool Builder::fill(ast::HealthcheckStmt &stmt) {
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

bool Builder::fill(ast::MaintainerStmt &stmt) {
  return oneArgument(stmt.maintainer) && readFlags();
}

/// Docker's words are compared in upper case, as BuildKit does it: the lexer's
/// rule about letters of other alphabets is another.
bool Builder::checkTrigger(const Head &inner) {
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

bool Builder::fill(ast::OnbuildStmt &stmt) {
  // The arguments were read for the innermost instruction; here only the word
  // of the next one counts.
  if (raw.heads.size() < 2)
    return needArguments();
  if (!readFlags() || !checkTrigger(raw.heads[1]))
    return false;
  stmt.trigger = storedTrigger(raw, words);
  return true;
}

bool Builder::fill(ast::RunStmt &stmt) {
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

bool Builder::fill(ast::ShellStmt &stmt) {
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
bool Builder::fill(ast::StopsignalStmt &stmt) {
  return oneArgument(stmt.signal);
}

bool Builder::fill(ast::UserStmt &stmt) {
  return oneArgument(stmt.user) && readFlags();
}

bool Builder::fill(ast::VolumeStmt &stmt) {
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

bool Builder::fill(ast::WorkdirStmt &stmt) {
  return oneArgument(stmt.path) && readFlags();
}

bool Builder::build(ast::Stmt &stmt) {
  if (!raw.heads[0].kind)
    return unknownInstruction();
  switch (*raw.heads[0].kind) {
#define LLB_STMT(Class, Docker, Ick)                                           \
  case ast::StmtKind::Class:                                                   \
    return make<ast::Class##Stmt>(stmt);
#include "llb/AST/Stmts.def"
  }
  return false;
}

} // namespace

bool buildStmt(RawStmt &raw, Args args, char escape, ast::Vocabulary words,
               ast::Stmt &stmt, Diagnostic &error) {
  return Builder(raw, std::move(args), escape, words, error).build(stmt);
}

} // namespace llb::frontend
