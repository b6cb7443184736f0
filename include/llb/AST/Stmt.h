// SPDX-License-Identifier: Apache-2.0
//
// The statements of a build file, one struct each, as BuildKit v0.32.2's
// instructions package understands them: flags parsed, variables not yet
// expanded. `fields()` lists what Dump.cpp prints; a field left out of it is
// invisible to `--emit=ast`.
#ifndef LLB_AST_STMT_H
#define LLB_AST_STMT_H

#include "llb/AST/Field.h"
#include "llb/AST/Words.h"
#include "llb/Support/DiagEngine.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace llb::ast {

/// The body of `<<NAME`, as it stands in the file.
struct Heredoc {
  /// The terminator with its quotes removed.
  std::string name;
  /// Body with its line endings, tabs not yet chomped.
  std::string content;
  /// No part of the terminator was quoted, so variables in the body count.
  bool expand = false;
  /// `<<-`: leading tabs go.
  bool chomp = false;
  llvm::SMRange range;

  /// `content` without the leading tabs of every line, if `chomp`.
  std::string chomped() const;

  static constexpr auto fields() {
    return std::tuple(
        field("name", &Heredoc::name), field("content", &Heredoc::content),
        field("expand", &Heredoc::expand), field("chomp", &Heredoc::chomp));
  }
};

/// What every statement carries.
struct StmtBase {
  /// The word as written, in its own case.
  std::string word;
  /// The logical line, trimmed, continuations joined, no heredoc bodies.
  std::string original;
  /// Texts of the comments since the last statement or bare `#`, directives
  /// excepted.
  std::vector<std::string> comments;
  std::vector<Heredoc> heredocs;
  /// From the word to the end of the last physical line.
  llvm::SMRange range;
  /// Physical lines including heredoc bodies and terminators.
  LineRange lines;
  /// `--name=value` words in order, quotes removed.
  std::vector<std::string> flags;
};

/// Arguments of RUN, CMD and ENTRYPOINT: either a JSON list or, in shell form,
/// one string that the stage's SHELL will run.
struct CommandLine {
  std::vector<std::string> args;
  bool shellForm = false;

  static constexpr auto fields() {
    return std::tuple(field("args", &CommandLine::args),
                      field("shellForm", &CommandLine::shellForm));
  }
};

struct KeyValue {
  std::string key;
  std::string value;
  /// Written as `ENV key value`, without `=`.
  bool legacy = false;

  static constexpr auto fields() {
    return std::tuple(field("key", &KeyValue::key),
                      field("value", &KeyValue::value),
                      field("legacy", &KeyValue::legacy));
  }
};

/// `name` or `name=default` of an ARG.
struct ArgDecl {
  std::string key;
  std::optional<std::string> value;
  /// Text of the attached comment that starts with the name, for outlines.
  std::string doc;

  static constexpr auto fields() {
    return std::tuple(field("key", &ArgDecl::key),
                      field("value", &ArgDecl::value),
                      field("doc", &ArgDecl::doc));
  }
};

/// A heredoc used as a source of COPY or ADD.
struct InlineFile {
  /// The heredoc's name, which becomes the file's.
  std::string path;
  /// Body, chomped if asked for, variables not yet expanded.
  std::string data;
  bool expand = false;

  static constexpr auto fields() {
    return std::tuple(field("path", &InlineFile::path),
                      field("data", &InlineFile::data),
                      field("expand", &InlineFile::expand));
  }
};

struct AddStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Add;
  std::vector<std::string> sources;
  std::vector<InlineFile> inlineFiles;
  std::string dest;
  std::string chown;
  std::string chmod;
  bool link = false;
  std::vector<std::string> excludes;
  std::optional<bool> keepGitDir;
  std::string checksum;
  std::optional<bool> unpack;

  static constexpr auto fields() {
    return std::tuple(
        field("sources", &AddStmt::sources),
        field("inlineFiles", &AddStmt::inlineFiles),
        field("dest", &AddStmt::dest), field("chown", &AddStmt::chown),
        field("chmod", &AddStmt::chmod), field("link", &AddStmt::link),
        field("exclude", &AddStmt::excludes),
        field("keep-git-dir", &AddStmt::keepGitDir),
        field("checksum", &AddStmt::checksum),
        field("unpack", &AddStmt::unpack));
  }
};

struct ArgStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Arg;
  std::vector<ArgDecl> args;

  static constexpr auto fields() {
    return std::tuple(field("args", &ArgStmt::args));
  }
};

struct CmdStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Cmd;
  CommandLine command;

  static constexpr auto fields() {
    return std::tuple(field("command", &CmdStmt::command));
  }
};

struct CopyStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Copy;
  std::vector<std::string> sources;
  std::vector<InlineFile> inlineFiles;
  std::string dest;
  std::string from;
  std::string chown;
  std::string chmod;
  bool link = false;
  std::vector<std::string> excludes;
  bool parents = false;

  static constexpr auto fields() {
    return std::tuple(
        field("sources", &CopyStmt::sources),
        field("inlineFiles", &CopyStmt::inlineFiles),
        field("dest", &CopyStmt::dest), field("from", &CopyStmt::from),
        field("chown", &CopyStmt::chown), field("chmod", &CopyStmt::chmod),
        field("link", &CopyStmt::link), field("exclude", &CopyStmt::excludes),
        field("parents", &CopyStmt::parents));
  }
};

struct EntrypointStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Entrypoint;
  CommandLine command;

  static constexpr auto fields() {
    return std::tuple(field("command", &EntrypointStmt::command));
  }
};

struct EnvStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Env;
  std::vector<KeyValue> pairs;

  static constexpr auto fields() {
    return std::tuple(field("pairs", &EnvStmt::pairs));
  }
};

struct ExposeStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Expose;
  /// Sorted bytewise, not expanded.
  std::vector<std::string> ports;

  static constexpr auto fields() {
    return std::tuple(field("ports", &ExposeStmt::ports));
  }
};

struct FromStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::From;
  /// The base as written.
  std::string base;
  std::string platform;
  /// Stage name in lower case, empty if none.
  std::string name;
  /// Stage name as written.
  std::string nameAsWritten;
  /// The word between base and name, as written (`AS`).
  std::string asWord;
  /// Text of the attached comment that starts with the name, for outlines.
  std::string doc;

  static constexpr auto fields() {
    return std::tuple(
        field("base", &FromStmt::base), field("platform", &FromStmt::platform),
        field("name", &FromStmt::nameAsWritten), field("doc", &FromStmt::doc));
  }
};

struct HealthcheckStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Healthcheck;
  /// `["NONE"]`, `["CMD", ...]` or `["CMD-SHELL", text]`.
  std::vector<std::string> test;
  /// Durations in nanoseconds.
  int64_t interval = 0;
  int64_t timeout = 0;
  int64_t startPeriod = 0;
  int64_t startInterval = 0;
  int retries = 0;

  static constexpr auto fields() {
    return std::tuple(field("test", &HealthcheckStmt::test),
                      field("interval", &HealthcheckStmt::interval),
                      field("timeout", &HealthcheckStmt::timeout),
                      field("start-period", &HealthcheckStmt::startPeriod),
                      field("start-interval", &HealthcheckStmt::startInterval),
                      field("retries", &HealthcheckStmt::retries));
  }
};

struct LabelStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Label;
  std::vector<KeyValue> pairs;

  static constexpr auto fields() {
    return std::tuple(field("pairs", &LabelStmt::pairs));
  }
};

struct MaintainerStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Maintainer;
  std::string maintainer;

  static constexpr auto fields() {
    return std::tuple(field("maintainer", &MaintainerStmt::maintainer));
  }
};

struct OnbuildStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Onbuild;
  /// The trigger as it is stored in the image config: the line without its
  /// ONBUILD, then each heredoc's body and terminator.
  std::string trigger;

  static constexpr auto fields() {
    return std::tuple(field("trigger", &OnbuildStmt::trigger));
  }
};

struct RunStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Run;
  CommandLine command;
  /// Values of `--mount`, parsed again after expansion (Mount.h).
  std::vector<std::string> mounts;
  /// `default`, `none` or `host`.
  std::string network = "default";
  /// `sandbox` or `insecure`.
  std::string security = "sandbox";
  /// Values of `--device`.
  std::vector<std::string> devices;

  static constexpr auto fields() {
    return std::tuple(field("command", &RunStmt::command),
                      field("mount", &RunStmt::mounts),
                      field("network", &RunStmt::network),
                      field("security", &RunStmt::security),
                      field("device", &RunStmt::devices));
  }
};

struct ShellStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Shell;
  std::vector<std::string> shell;

  static constexpr auto fields() {
    return std::tuple(field("shell", &ShellStmt::shell));
  }
};

struct StopsignalStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Stopsignal;
  std::string signal;

  static constexpr auto fields() {
    return std::tuple(field("signal", &StopsignalStmt::signal));
  }
};

struct UserStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::User;
  std::string user;

  static constexpr auto fields() {
    return std::tuple(field("user", &UserStmt::user));
  }
};

struct VolumeStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Volume;
  std::vector<std::string> volumes;

  static constexpr auto fields() {
    return std::tuple(field("volumes", &VolumeStmt::volumes));
  }
};

struct WorkdirStmt : StmtBase {
  static constexpr StmtKind kind = StmtKind::Workdir;
  std::string path;

  static constexpr auto fields() {
    return std::tuple(field("path", &WorkdirStmt::path));
  }
};

using Stmt =
    std::variant<AddStmt, ArgStmt, CmdStmt, CopyStmt, EntrypointStmt, EnvStmt,
                 ExposeStmt, FromStmt, HealthcheckStmt, LabelStmt,
                 MaintainerStmt, OnbuildStmt, RunStmt, ShellStmt,
                 StopsignalStmt, UserStmt, VolumeStmt, WorkdirStmt>;

inline StmtKind kindOf(const Stmt &stmt) {
  return std::visit([](const auto &s) { return s.kind; }, stmt);
}
inline const StmtBase &baseOf(const Stmt &stmt) {
  return std::visit([](const auto &s) -> const StmtBase & { return s; }, stmt);
}
inline StmtBase &baseOf(Stmt &stmt) {
  return std::visit([](auto &s) -> StmtBase & { return s; }, stmt);
}

} // namespace llb::ast

#endif
