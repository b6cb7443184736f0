// SPDX-License-Identifier: Apache-2.0
//
// BuildKit's build checks: which of them run, and the reporting of those that
// fire (BuildKit v0.32.2, dockerfile/linter). Rules that need only the AST are
// in AstChecks.h; lowering calls those of Rules.h where it learns what they
// need. A check is named by its DiagId; Checks.def lists them.
#ifndef LLB_CHECK_LINTER_H
#define LLB_CHECK_LINTER_H

#include "llb/AST/BuildFile.h"

#include <optional>
#include <set>

namespace llb::check {

/// `skip=...;error=...;experimental=...`, from a `# check=` comment or an
/// option.
struct CheckOptions {
  bool skipAll = false;
  bool experimentalAll = false;
  bool errorOnWarning = false;
  /// Run the checks of Ickfiles, too; no option of BuildKit's.
  bool ick = false;
  std::vector<std::string> skip;
  std::vector<std::string> experimental;

  /// linter.ParseLintOptions. On failure returns false and sets `error` to
  /// BuildKit's text.
  static bool parse(std::string_view text, CheckOptions &result,
                    std::string &error);

  /// The same for an Ickfile, where one of the options may be `ick`.
  static bool parseIck(std::string_view text, CheckOptions &result,
                       std::string &error);

  /// What the `# check=` directive at the top of a file says, cut at its first
  /// space; empty if there is none. Unlike the parser this skips a `#!` line
  /// and takes no white space before the `#`.
  static std::string directive(std::string_view file);
};

class Linter {
public:
  /// Messages name instructions in `words`.
  Linter(CheckOptions options, ast::Vocabulary words, DiagEngine &diags);

  /// A linter that evaluates nothing, for all platforms but the first.
  void mute() { muted = true; }

  /// Whether `rule` would run at a statement with these comments. The first of
  /// them that starts with `check=` adds to the file's options; null is for
  /// rules that look at the file's options only. Experimental rules ignore
  /// `skip`.
  bool enabled(DiagId rule, const std::vector<std::string> *comments) const;

  /// Reports `rule` at `lines` if it is enabled.
  template <class... Args>
  void warn(DiagId rule, const std::vector<std::string> *comments,
            LineRange lines, llvm::SMRange range, const Args &...args) {
    if (enabled(rule, comments))
      record(DiagEngine::make(rule, range, fmt::make_format_args(args...)),
             lines);
  }

  /// The same with the one edit that mends it, if there is one.
  template <class... Args>
  void warn(DiagId rule, const ast::StmtBase &stmt, std::optional<FixIt> fix,
            const Args &...args) {
    warn(rule, &stmt.comments, stmt, std::move(fix), args...);
  }
  template <class... Args>
  void warn(DiagId rule, const std::vector<std::string> *comments,
            const ast::StmtBase &stmt, std::optional<FixIt> fix,
            const Args &...args) {
    if (!enabled(rule, comments))
      return;
    Diagnostic diag =
        DiagEngine::make(rule, stmt.range, fmt::make_format_args(args...));
    if (fix)
      diag.fixIts.push_back(std::move(*fix));
    record(std::move(diag), stmt.lines);
  }

  /// Reports `rule` at `stmt`, whose comments count.
  template <class... Args>
  void warn(DiagId rule, const ast::StmtBase &stmt, const Args &...args) {
    warn(rule, &stmt.comments, stmt.lines, stmt.range, args...);
  }

  /// Whether `error=true` turns what was found into a failure; reports
  /// `lint violation found for rules: ...` if so. BuildKit names the rules in
  /// an order that changes from run to run; here they are sorted.
  bool failed();

  const CheckOptions &getOptions() const { return options; }

  /// What messages call an instruction.
  std::string_view nameOf(ast::StmtKind kind) const {
    return ast::wordOf(kind, words);
  }

private:
  void record(Diagnostic diag, LineRange lines);

  CheckOptions options;
  ast::Vocabulary words;
  DiagEngine &diags;
  bool muted = false;
  std::set<std::string_view> violated;
};

} // namespace llb::check

#endif
