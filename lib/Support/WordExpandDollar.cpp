// SPDX-License-Identifier: Apache-2.0
//
// `$name` and `${name...}`. The word of a modifier is expanded even where it is
// not used, and errors in it count.
#include "ShellPattern.h"
#include "WordExpander.h"

namespace llb {

/// `@`, `*` and their like, which are names of their own.
static bool isSpecialParam(char32_t rune) {
  switch (rune) {
  case '@':
  case '*':
  case '#':
  case '?':
  case '-':
  case '$':
  case '!':
  case '0':
    return true;
  default:
    return false;
  }
}
bool Expander::processDollar(std::string &out) {
  scanner.next();
  if (scanner.peek() == '{')
    return processBraces(out);
  std::string name = processName();
  if (name.empty()) {
    out = "$";
    return true;
  }
  const std::string *value = lookUp(name);
  if (value)
    out = *value;
  else if (options.skipUnsetEnv)
    out = "$" + name;
  return true;
}

bool Expander::processBraces(std::string &out) {
  scanner.next();
  switch (scanner.peek()) {
  case endOfInput:
    return fail("syntax error: missing '}'");
  case '{':
  case '}':
  case ':':
    return fail("syntax error: bad substitution");
  default:
    break;
  }
  std::string name = processName();
  char32_t modifier = scanner.next();
  std::string spelling;
  appendRune(spelling, modifier);
  switch (modifier) {
  case '}': {
    const std::string *value = lookUp(name);
    if (value)
      out = *value;
    else if (options.skipUnsetEnv)
      out = "${" + name + "}";
    return true;
  }
  case '/':
    return processReplace(name, out);
  case ':':
    modifier = scanner.next();
    appendRune(spelling, modifier);
    return processModifier(name, modifier, spelling, true, out);
  case '+':
  case '-':
  case '?':
  case '#':
  case '%':
    return processModifier(name, modifier, spelling, false, out);
  default:
    return badModifier(spelling);
  }
}

/// `${name<spelling>word}`; `emptyIsUnset` if the modifier had a colon.
bool Expander::processModifier(const std::string &name, char32_t modifier,
                               const std::string &spelling, bool emptyIsUnset,
                               std::string &out) {
  bool trims = modifier == '#' || modifier == '%';
  if (emptyIsUnset && trims)
    return badModifier(spelling);
  std::string word;
  if (!nested('}', trims, word))
    return failNested("syntax error: missing '}'");
  const std::string *value = lookUp(name);
  if (!value && options.skipUnsetEnv) {
    out = "${" + name + spelling + word + "}";
    return true;
  }
  bool absent = !value || (emptyIsUnset && value->empty());
  switch (modifier) {
  case '-':
    out = absent ? word : *value;
    return true;
  case '+':
    if (!absent)
      out = std::move(word);
    return true;
  case '?':
    if (absent) {
      const char *usual =
          value ? "is not allowed to be empty" : "is not allowed to be unset";
      return fail(name + ": " + (word.empty() ? usual : word));
    }
    out = *value;
    return true;
  case '#':
  case '%': {
    std::string_view pattern = word;
    bool greedy = pattern.starts_with(static_cast<char>(modifier));
    if (greedy)
      pattern.remove_prefix(1);
    std::string_view text = value ? std::string_view(*value) : "";
    auto trimmed = modifier == '#'
                       ? trimShellPrefix(pattern, text, greedy, error)
                       : trimShellSuffix(pattern, text, greedy, error);
    if (!trimmed)
      return false;
    out = std::move(*trimmed);
    return true;
  }
  default:
    return badModifier(spelling);
  }
}

bool Expander::processReplace(const std::string &name, std::string &out) {
  bool all = scanner.peek() == '/';
  if (all)
    scanner.next();
  std::string pattern;
  if (!nested('/', true, pattern))
    return failNested("syntax error: missing '/' in ${}");
  std::string replacement;
  if (!nested('}', true, replacement))
    return failNested("syntax error: missing '}'");
  const std::string *value = lookUp(name);
  if (!value && options.skipUnsetEnv) {
    out = "${" + name + "/" + pattern + "/" + replacement + "}";
    return true;
  }
  std::string_view text = value ? std::string_view(*value) : "";
  auto replaced =
      replaceShellPattern(pattern, replacement, text, all, maxBytes, error);
  if (!replaced)
    return false;
  out = std::move(*replaced);
  return true;
}

/// Letters, digits and `_`; digits only, if it starts with one; or one special
/// parameter.
std::string Expander::processName() {
  std::string name;
  char32_t first = scanner.peek();
  if (first == endOfInput)
    return name;
  if (unicode::isDigit(first)) {
    while (!scanner.atEnd() && unicode::isDigit(scanner.peek()))
      appendRune(name, scanner.next());
    return name;
  }
  if (isSpecialParam(first)) {
    appendRune(name, scanner.next());
    return name;
  }
  while (!scanner.atEnd()) {
    char32_t rune = scanner.peek();
    if (!unicode::isLetter(rune) && !unicode::isDigit(rune) && rune != '_')
      break;
    appendRune(name, scanner.next());
  }
  return name;
}

} // namespace llb
