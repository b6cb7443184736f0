// SPDX-License-Identifier: Apache-2.0
//
// `# name=value` lines at the top of a file. BuildKit v0.32.2 reads them twice,
// with one parser but not from the same lines: once with the file, where they
// set the escape character and may fail, and once on their own to find `syntax`
// and `check`, where errors just end the search, a `#!` line is skipped, and
// white space before the `#` is not.
#ifndef LLB_FRONTEND_COMMON_DIRECTIVES_H
#define LLB_FRONTEND_COMMON_DIRECTIVES_H

#include "llb/AST/BuildFile.h"

#include <optional>
#include <string_view>
#include <vector>

namespace llb::frontend {

/// Takes lines one by one until one is no directive; all later ones are none.
class DirectiveParser {
public:
  explicit DirectiveParser(std::string_view comment = "#") : comment(comment) {}

  enum class Result { None, Directive, Duplicate };
  /// Reads one line without its line feed. For `Directive` and `Duplicate` the
  /// name is set; `value` is a view of `line`.
  Result parseLine(std::string_view line, std::string &name,
                   std::string_view &value);

  bool finished() const { return done; }

private:
  std::string_view comment;
  std::vector<std::string> seen;
  bool done = false;
};

/// The directives that BuildKit finds when it looks for `syntax` and `check`,
/// up to the first fault. `comment` is `#`, or `//` for other languages.
std::vector<ast::Directive> detectDirectives(std::string_view text,
                                             std::string_view comment = "#");

} // namespace llb::frontend

#endif
