// SPDX-License-Identifier: Apache-2.0
//
// Templates are lists of literal and variable parts; there is no nesting.
#include "MockerTemplate.h"

#include <llvm/ADT/StringExtras.h>

namespace llb::lower {

bool isVariableName(std::string_view name) {
  if (name.empty() || llvm::isDigit(name.front()))
    return false;
  for (char c : name)
    if (!llvm::isAlnum(c) && c != '_')
      return false;
  return true;
}

bool MockerTemplate::parse(std::string_view text, MockerTemplate &result,
                           size_t &fault) {
  result.parts.clear();
  std::string literal;
  auto flush = [&] {
    if (!literal.empty())
      result.parts.push_back({false, std::move(literal)});
    literal.clear();
  };
  for (size_t i = 0; i < text.size();) {
    std::string_view rest = text.substr(i);
    if (rest.starts_with("$${")) {
      literal += "${";
      i += 3;
      continue;
    }
    if (!rest.starts_with("${")) {
      literal += text[i++];
      continue;
    }
    size_t end = rest.find('}');
    std::string_view name =
        end == std::string_view::npos ? "" : rest.substr(2, end - 2);
    if (!isVariableName(name)) {
      fault = i;
      return false;
    }
    flush();
    result.parts.push_back({true, std::string(name)});
    i += end + 1;
  }
  flush();
  return true;
}

MockerTemplate MockerTemplate::literal(std::string text) {
  MockerTemplate result;
  if (!text.empty())
    result.parts.push_back({false, std::move(text)});
  return result;
}

const std::string *MockerTemplate::constant() const {
  static const std::string empty;
  if (parts.empty())
    return &empty;
  return parts.size() == 1 && !parts.front().variable ? &parts.front().text
                                                      : nullptr;
}

std::string_view MockerTemplate::prefix() const {
  if (parts.empty() || parts.front().variable)
    return {};
  return parts.front().text;
}

std::vector<std::string> MockerTemplate::variables() const {
  std::vector<std::string> result;
  for (const Part &part : parts)
    if (part.variable)
      result.push_back(part.text);
  return result;
}

std::string escapeWord(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '\\' || c == '\'' || c == '"' || c == '$')
      result += '\\';
    result += c;
  }
  return result;
}

std::string MockerTemplate::word() const {
  std::string result;
  for (const Part &part : parts)
    result += part.variable ? "${" + part.text + "}" : escapeWord(part.text);
  return result;
}

/// Characters that no POSIX shell gives a meaning to.
static bool isPlainInShell(char c) {
  return llvm::isAlnum(c) ||
         (c != 0 &&
          std::string_view("%+,-./:=@_").find(c) != std::string_view::npos);
}

std::string MockerTemplate::shellWord() const {
  if (parts.empty())
    return "''";
  std::string result;
  for (const Part &part : parts) {
    if (part.variable) {
      result += "\"${" + part.text + "}\"";
    } else if (llvm::all_of(part.text, isPlainInShell)) {
      result += part.text;
    } else {
      result += '\'';
      for (char c : part.text)
        if (c == '\'')
          result += "'\\''";
        else
          result += c;
      result += '\'';
    }
  }
  return result;
}

} // namespace llb::lower
