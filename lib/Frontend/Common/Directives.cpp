// SPDX-License-Identifier: Apache-2.0
//
// White space differs here from rule to rule: Unicode's after the `#`, ASCII's
// without the vertical tab around the value.
#include "Directives.h"

#include "PhysicalLines.h"
#include "llb/Support/Unicode.h"

#include <algorithm>

namespace llb::frontend {
namespace {

/// What `\s` matches in Go's regexp.
bool isRegexpSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
bool isAsciiLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string_view dropSpaces(std::string_view text) {
  while (!text.empty() && isRegexpSpace(text.front()))
    text.remove_prefix(1);
  return text;
}

/// `name = value`, with the white space around the value gone. The value has
/// at least one character, which may be white space if there is nothing else.
bool splitDirective(std::string_view text, std::string_view &name,
                    std::string_view &value) {
  size_t length = 0;
  if (text.empty() || !isAsciiLetter(text[0]))
    return false;
  while (length < text.size() && (isAsciiLetter(text[length]) ||
                                  (text[length] >= '0' && text[length] <= '9')))
    ++length;
  name = text.substr(0, length);
  text = dropSpaces(text.substr(length));
  if (text.empty() || text[0] != '=')
    return false;
  std::string_view afterEqual = text.substr(1);
  value = dropSpaces(afterEqual);
  if (value.empty()) {
    // The last white space character itself is the value then.
    if (afterEqual.empty() || afterEqual.back() == '\n')
      return false;
    value = afterEqual.substr(afterEqual.size() - 1);
    return true;
  }
  // `.` matches no line feed, so none may be inside.
  size_t end = value.size();
  while (end > 1 && isRegexpSpace(value[end - 1]))
    --end;
  value = value.substr(0, end);
  return value.find('\n') == std::string_view::npos;
}

} // namespace

DirectiveParser::Result DirectiveParser::parseLine(std::string_view line,
                                                   std::string &name,
                                                   std::string_view &value) {
  if (done)
    return Result::None;
  done = true;
  if (!line.starts_with(comment))
    return Result::None;
  std::string_view written;
  if (!splitDirective(unicode::trimLeft(line.substr(comment.size())), written,
                      value))
    return Result::None;
  name = unicode::toLower(written);
  if (name != "syntax" && name != "escape" && name != "check")
    return Result::None;
  done = false;
  if (std::find(seen.begin(), seen.end(), name) != seen.end())
    return Result::Duplicate;
  seen.push_back(name);
  return Result::Directive;
}

std::vector<ast::Directive> detectDirectives(std::string_view text,
                                             std::string_view comment) {
  unsigned lineNumber = 0;
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  if (text.starts_with("#!")) {
    size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++lineNumber;
  }
  std::vector<ast::Directive> found;
  PhysicalLines lines(text);
  DirectiveParser parser(comment);
  std::string_view line;
  while (!parser.finished() && lines.next(line)) {
    ++lineNumber;
    if (line.ends_with('\n'))
      line.remove_suffix(1);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    ast::Directive directive;
    std::string_view value;
    switch (parser.parseLine(line, directive.name, value)) {
    case DirectiveParser::Result::None:
      break;
    case DirectiveParser::Result::Duplicate:
      return found;
    case DirectiveParser::Result::Directive:
      directive.value = value;
      directive.line = lineNumber;
      directive.range = {
          llvm::SMLoc::getFromPointer(line.data()),
          llvm::SMLoc::getFromPointer(line.data() + line.size())};
      found.push_back(std::move(directive));
      break;
    }
  }
  return found;
}

} // namespace llb::frontend
