// SPDX-License-Identifier: Apache-2.0
//
// Sets of characters, in brackets and by name. Of Unicode's classes only the
// one of letters is known; a pattern with another is refused.
#include "GoRegexpCompiler.h"

namespace llb {
namespace {

using Ranges = GoRegexp::Ranges;

/// The ranges of `\d`, `\s` or `\w`, else none.
Ranges perlRanges(char letter) {
  switch (letter) {
  case 'd':
    return {{'0', '9'}};
  case 's':
    return {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
  case 'w':
    return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
  default:
    return {};
  }
}

/// The ranges of `[:name:]`, else none.
Ranges posixRanges(std::string_view name) {
  struct Named {
    std::string_view name;
    Ranges ranges;
  };
  const Named table[] = {
      {"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
      {"alpha", {{'A', 'Z'}, {'a', 'z'}}},
      {"ascii", {{0, 0x7F}}},
      {"blank", {{'\t', '\t'}, {' ', ' '}}},
      {"cntrl", {{0, 0x1F}, {0x7F, 0x7F}}},
      {"digit", {{'0', '9'}}},
      {"graph", {{'!', '~'}}},
      {"lower", {{'a', 'z'}}},
      {"print", {{' ', '~'}}},
      {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
      {"space", {{'\t', '\r'}, {' ', ' '}}},
      {"upper", {{'A', 'Z'}}},
      {"word", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
      {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
  };
  for (const Named &entry : table)
    if (entry.name == name)
      return entry.ranges;
  return {};
}

void addRanges(GoRegexp::Class &set, Ranges ranges, bool complement) {
  if (complement)
    set.complements.push_back(std::move(ranges));
  else
    set.ranges.insert(set.ranges.end(), ranges.begin(), ranges.end());
}

} // namespace

/// `\d`, `\S`, `\pL` and so on.
GoRegexpCompiler::Found GoRegexpCompiler::classEscape(GoRegexp::Class &set) {
  if (rest.size() < 2 || rest[0] != '\\')
    return Found::No;
  char letter = rest[1];
  if (letter == 'p' || letter == 'P')
    return unicodeClass(set);
  bool complement = letter >= 'A' && letter <= 'Z';
  Ranges ranges =
      perlRanges(complement ? static_cast<char>(letter + 32) : letter);
  if (ranges.empty())
    return Found::No;
  addRanges(set, std::move(ranges), complement);
  rest.remove_prefix(2);
  return Found::Yes;
}

GoRegexpCompiler::Found GoRegexpCompiler::unicodeClass(GoRegexp::Class &set) {
  bool complement = rest[1] == 'P';
  rest.remove_prefix(2);
  for (std::string_view name : {"L", "{L}", "{^L}"}) {
    if (!rest.starts_with(name))
      continue;
    complement ^= name == "{^L}";
    (complement ? set.nonLetters : set.letters) = true;
    rest.remove_prefix(name.size());
    return Found::Yes;
  }
  return Found::Error;
}

/// `[:alpha:]` or `[:^alpha:]` inside of brackets.
GoRegexpCompiler::Found GoRegexpCompiler::posixClass(GoRegexp::Class &set) {
  size_t end = rest.starts_with("[:") ? rest.find(":]", 2) : rest.npos;
  if (end == rest.npos)
    return Found::No;
  std::string_view name = rest.substr(2, end - 2);
  bool complement = name.starts_with('^');
  if (complement)
    name.remove_prefix(1);
  Ranges ranges = posixRanges(name);
  if (ranges.empty())
    return Found::Error;
  addRanges(set, std::move(ranges), complement);
  rest.remove_prefix(end + 2);
  return Found::Yes;
}

bool GoRegexpCompiler::bracket() {
  GoRegexp::Class set;
  rest.remove_prefix(1);
  if (rest.starts_with('^')) {
    set.negated = true;
    rest.remove_prefix(1);
  }
  for (bool first = true; first || !rest.starts_with(']'); first = false) {
    Found found = posixClass(set);
    if (found == Found::No)
      found = classEscape(set);
    if (found == Found::Error)
      return false;
    if (found == Found::Yes)
      continue;
    char32_t low, high;
    if (!classRune(low))
      return false;
    high = low;
    if (rest.size() >= 2 && rest[0] == '-' && rest[1] != ']') {
      rest.remove_prefix(1);
      if (!classRune(high) || high < low)
        return false;
    }
    set.ranges.push_back({low, high});
  }
  rest.remove_prefix(1);
  take(std::move(set));
  return true;
}

bool GoRegexpCompiler::classRune(char32_t &rune) {
  if (rest.empty())
    return false;
  if (rest[0] == '\\')
    return escape(rune);
  rune = next();
  return true;
}

} // namespace llb
