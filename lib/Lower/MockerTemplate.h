// SPDX-License-Identifier: Apache-2.0
//
// Texts of a Mockerfile with `${NAME}` in them. A value never becomes syntax:
// a template is written out for the place where it is used, with all that the
// place would take for its own quoted.
#ifndef LLB_LOWER_MOCKERTEMPLATE_H
#define LLB_LOWER_MOCKERTEMPLATE_H

#include "llb/AST/Mockerfile.h"

namespace llb::lower {

/// `${NAME}` stands for an argument, `$${` for the characters `${`; any other
/// `$` is itself.
class MockerTemplate {
public:
  /// On failure returns false; `fault` is where in the text it is.
  static bool parse(std::string_view text, MockerTemplate &result,
                    size_t &fault);
  /// A template without variables.
  static MockerTemplate literal(std::string text);

  /// The text, if there are no variables in it.
  const std::string *constant() const;
  /// What stands before the first variable.
  std::string_view prefix() const;
  std::vector<std::string> variables() const;

  /// As a word of an instruction, which `expandWord` turns into the text.
  std::string word() const;
  /// As a word of a POSIX shell that has the variables in its environment.
  std::string shellWord() const;

private:
  struct Part {
    bool variable;
    std::string text;
  };
  std::vector<Part> parts;
};

/// Quotes what `expandWord` would not take as it is.
std::string escapeWord(std::string_view text);

/// Whether `name` can be an argument or an environment variable.
bool isVariableName(std::string_view name);

} // namespace llb::lower

#endif
