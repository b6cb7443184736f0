// SPDX-License-Identifier: Apache-2.0
//
// Patterns are hardly checked before PatternMatcher translates them, and braces
// and bars are left as they are. So a `[` may swallow translated text, as in
// `[a*]`, which becomes `[a[^/]*]`, and `a*|b` has an alternative without the
// anchor at the start.
#include "GoRegexpCompiler.h"

#include "llb/Support/Ascii.h"
#include "llb/Support/Unicode.h"

#include <algorithm>

namespace llb {
namespace {

constexpr int maxRepeat = 1000;
constexpr int maxCount = 100'000'000;
constexpr size_t maxProgram = 1 << 17;
constexpr std::string_view dirsPattern = "(.*/)?";

} // namespace

char32_t GoRegexpCompiler::next() {
  unicode::Decoded decoded = unicode::decode(rest);
  rest.remove_prefix(decoded.length);
  return decoded.rune;
}

void GoRegexpCompiler::take(GoRegexp::Class set) {
  push(Kind::Take, static_cast<int32_t>(classes.size()));
  classes.push_back(std::move(set));
}

void GoRegexpCompiler::literal(char32_t rune) {
  GoRegexp::Class set;
  set.ranges.push_back({rune, rune});
  take(std::move(set));
}

void GoRegexpCompiler::dot() {
  GoRegexp::Class set;
  set.ranges.push_back({'\n', '\n'});
  set.negated = true;
  take(std::move(set));
}

bool GoRegexpCompiler::run() {
  bool repeated = false;
  while (!rest.empty()) {
    Repeat repeat;
    if (takeRepeat(repeat)) {
      // Repetitions of repetitions are an error unless something is between.
      if (repeated || !apply(repeat))
        return false;
      repeated = true;
      continue;
    }
    repeated = rest.starts_with(dirsPattern);
    if (!item())
      return false;
  }
  finishAlternative();

  for (size_t i = 0; i < alternatives.size(); ++i) {
    const std::vector<GoRegexp::Inst> &insts = alternatives[i];
    if (i + 1 < alternatives.size())
      program.push_back({Kind::Split, static_cast<int32_t>(insts.size() + 2)});
    program.insert(program.end(), insts.begin(), insts.end());
    program.push_back({Kind::Accept});
  }
  return program.size() <= maxProgram;
}

void GoRegexpCompiler::finishAlternative() {
  std::vector<GoRegexp::Inst> &insts = alternatives.emplace_back();
  for (const Item &item : items)
    insts.insert(insts.end(), item.insts.begin(), item.insts.end());
  items.clear();
}

/// Takes digits without leading zeros; more than `maxCount` become -1.
bool GoRegexpCompiler::takeCount(int &count) {
  size_t length = 0;
  while (length < rest.size() && ascii::isDigit(rest[length]))
    ++length;
  if (length == 0 || (length > 1 && rest[0] == '0'))
    return false;
  count = 0;
  for (char c : rest.substr(0, length))
    if (count >= 0)
      count = count >= maxCount / 10 ? -1 : count * 10 + (c - '0');
  rest.remove_prefix(length);
  return true;
}

/// Takes `*`, `{n}`, `{n,}` or `{n,m}`; a brace that is none of these is text.
bool GoRegexpCompiler::takeRepeat(Repeat &repeat) {
  if (rest.starts_with('*')) {
    rest.remove_prefix(1);
    repeat = {0, -1};
    return true;
  }
  if (!rest.starts_with('{'))
    return false;
  std::string_view start = rest;
  rest.remove_prefix(1);
  bool ok = takeCount(repeat.min);
  repeat.max = repeat.min;
  if (ok && rest.starts_with(',')) {
    rest.remove_prefix(1);
    if (rest.starts_with('}')) {
      repeat.max = -1;
    } else {
      ok = takeCount(repeat.max);
      if (repeat.max < 0)
        repeat.min = -1;
    }
  }
  ok = ok && rest.starts_with('}');
  if (ok)
    rest.remove_prefix(1);
  else
    rest = start;
  return ok;
}

bool GoRegexpCompiler::apply(Repeat repeat) {
  bool badCount = repeat.min < 0 || repeat.min > maxRepeat ||
                  repeat.max > maxRepeat ||
                  (repeat.max >= 0 && repeat.min > repeat.max);
  if (badCount || items.empty())
    return false;
  Item &item = items.back();
  int most = std::max(repeat.min, repeat.max);
  if (most > 1)
    item.repeats *= most;
  std::vector<GoRegexp::Inst> once = std::move(item.insts);
  size_t total = (once.size() + 2) * static_cast<size_t>(std::max(most, 1));
  size += total;
  if (item.repeats > maxRepeat || size > maxProgram)
    return false;

  std::vector<GoRegexp::Inst> &insts = item.insts;
  insts.clear();
  auto length = static_cast<int32_t>(once.size());
  auto copy = [&] { insts.insert(insts.end(), once.begin(), once.end()); };
  for (int i = 0; i < repeat.min; ++i)
    copy();
  if (repeat.max < 0) {
    insts.push_back({Kind::Split, length + 2});
    copy();
    insts.push_back({Kind::Jump, -(length + 1)});
  }
  // What is optional ends at the first copy that is left out.
  for (int left = repeat.max - repeat.min; left > 0; --left) {
    insts.push_back({Kind::Split, (length + 1) * left});
    copy();
  }
  return true;
}

bool GoRegexpCompiler::item() {
  if (rest.starts_with(dirsPattern)) {
    dirsGroup();
    return true;
  }
  switch (rest[0]) {
  case '\\':
    return backslash();
  case '[':
    return bracket();
  case '|':
    rest.remove_prefix(1);
    finishAlternative();
    return true;
  case '^':
    rest.remove_prefix(1);
    push(Kind::TextStart);
    return true;
  case '$':
    rest.remove_prefix(1);
    push(Kind::TextEnd);
    return true;
  case '.':
    rest.remove_prefix(1);
    dot();
    return true;
  default:
    literal(next());
    return true;
  }
}

/// `(.*/)?`: the only group there is.
void GoRegexpCompiler::dirsGroup() {
  rest.remove_prefix(dirsPattern.size());
  dot();
  GoRegexp::Inst any = items.back().insts[0];
  literal('/');
  GoRegexp::Inst slash = items.back().insts[0];
  items.pop_back();
  items.back().insts = {
      {Kind::Split, 5}, {Kind::Split, 3}, any, {Kind::Jump, -2}, slash};
}

/// `\Q`: everything up to `\E` stands for itself, a closing `$` included.
void GoRegexpCompiler::quoted() {
  rest.remove_prefix(2);
  while (!rest.empty() && !rest.starts_with("\\E"))
    literal(next());
  rest.remove_prefix(std::min<size_t>(2, rest.size()));
}

bool GoRegexpCompiler::backslash() {
  char letter = rest.size() > 1 ? rest[1] : '\0';
  if (letter == 'Q') {
    quoted();
    return true;
  }
  constexpr std::string_view letters = "AzbB";
  constexpr Kind assertions[] = {Kind::TextStart, Kind::TextEnd,
                                 Kind::WordBoundary, Kind::NoWordBoundary};
  size_t index = letters.find(letter);
  if (index != std::string_view::npos) {
    rest.remove_prefix(2);
    push(assertions[index]);
    return true;
  }
  GoRegexp::Class set;
  Found found = classEscape(set);
  if (found == Found::Yes)
    take(std::move(set));
  if (found != Found::No)
    return found == Found::Yes;
  char32_t rune;
  if (!escape(rune))
    return false;
  literal(rune);
  return true;
}

bool GoRegexpCompiler::escape(char32_t &rune) {
  rest.remove_prefix(1);
  if (rest.empty())
    return false;
  char32_t c = next();
  auto octal = [this] {
    return !rest.empty() && rest[0] >= '0' && rest[0] <= '7';
  };
  if (c < 0x80 && !unicode::isLetter(c) && !unicode::isDigit(c)) {
    rune = c;
    return true;
  }
  // A lone digit other than zero would refer back to a group.
  if (c == '0' || (c >= '1' && c <= '7' && octal())) {
    rune = c - '0';
    for (int i = 1; i < 3 && octal(); ++i)
      rune = rune * 8 + (next() - '0');
    return true;
  }
  if (c == 'x')
    return hexEscape(rune);
  constexpr std::string_view letters = "afnrtv", meanings = "\a\f\n\r\t\v";
  size_t index = c < 0x80 ? letters.find(static_cast<char>(c)) : letters.npos;
  if (index == letters.npos)
    return false;
  rune = static_cast<char32_t>(meanings[index]);
  return true;
}

/// `\x41` or `\x{41}`, behind the letter.
bool GoRegexpCompiler::hexEscape(char32_t &rune) {
  bool braces = rest.starts_with('{');
  if (braces)
    rest.remove_prefix(1);
  rune = 0;
  size_t digits = 0;
  while (!rest.empty() &&
         ascii::hexValue(static_cast<unsigned char>(rest[0])) >= 0 &&
         (braces || digits < 2)) {
    rune = rune * 16 + static_cast<char32_t>(ascii::hexValue(next()));
    ++digits;
    if (rune > 0x10FFFF)
      return false;
  }
  if (!braces)
    return digits == 2;
  if (digits == 0 || !rest.starts_with('}'))
    return false;
  rest.remove_prefix(1);
  return true;
}

} // namespace llb
