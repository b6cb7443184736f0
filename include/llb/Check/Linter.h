// SPDX-License-Identifier: Apache-2.0
//
// BuildKit's build checks (buildkit.md 5): which of them run, and the
// reporting of those that fire. Rules that need only the AST are in
// AstChecks.h; lowering calls the others where it learns what they need.
#ifndef LLB_CHECK_LINTER_H
#define LLB_CHECK_LINTER_H

#include "llb/AST/BuildFile.h"

#include <set>

namespace llb::check {

/// `skip=...;error=...;experimental=...` (buildkit.md 5.1).
struct CheckOptions {
  bool skipAll = false;
  bool experimentalAll = false;
  bool errorOnWarning = false;
  std::vector<std::string> skip;
  std::vector<std::string> experimental;

  /// On failure returns false and sets `error` to BuildKit's text.
  static bool parse(std::string_view text, CheckOptions &result,
                    std::string &error);
};

class Linter {
public:
  Linter(CheckOptions options, DiagEngine &diags)
      : options(std::move(options)), diags(diags) {}

  /// A linter that evaluates nothing, for all platforms but the first.
  void mute() { muted = true; }

  /// Whether the rule would run at a statement with these comments (a
  /// `# check=skip=...` above it); pass none for file-level rules.
  bool enabled(DiagId rule, const std::vector<std::string> *comments) const;

  /// Reports `rule` at `lines` if it is enabled.
  template <class... Args>
  void warn(DiagId rule, const std::vector<std::string> *comments,
            LineRange lines, llvm::SMRange range, const Args &...args) {
    if (enabled(rule, comments))
      record(DiagEngine::make(rule, range, fmt::make_format_args(args...)),
             lines);
  }

  /// Whether `error=true` turns what was found into a failure; reports
  /// `lint violation found for rules: ...` if so.
  bool failed();

  const CheckOptions &getOptions() const { return options; }

private:
  void record(Diagnostic diag, LineRange lines);

  CheckOptions options;
  DiagEngine &diags;
  bool muted = false;
  std::vector<std::string> violated;
};

} // namespace llb::check

#endif
