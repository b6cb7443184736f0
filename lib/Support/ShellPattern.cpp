// SPDX-License-Identifier: Apache-2.0
//
// Glob matching without a regular expression engine.
//
// A pattern is cut at its stars into segments of fixed length. Since a star
// cannot cross a newline, every segment but the first has to be found on the
// line where the one before it ended. Taking each at its earliest place leaves
// most room for the next, so no choice is ever revisited: a lazy match takes
// all segments so, a greedy one takes the last segment at its latest place on
// its line. If the segments after the first cannot be placed, then a later
// start on the same line fails too, and the search goes on with the next line.
// The cost is that of finding the segments: linear in text and pattern for
// ordinary input, their product at worst, which a step budget cuts short.
#include "ShellPattern.h"

#include "llb/Support/Unicode.h"

#include <algorithm>
#include <cstring>

using namespace llb;

namespace {

constexpr char32_t anyRune = 0x110000;

/// Comparisons for one substitution. BuildKit's own engine would take long
/// for more.
constexpr uint64_t maxSteps = uint64_t(1) << 26;

size_t lineEnd(std::string_view text, size_t at) {
  size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end;
}

/// The next place at or after `at` and up to `last` that could begin a match
/// of `first`; npos if there is none. Skips quickly over what cannot.
size_t nextCandidate(char32_t first, std::string_view text, size_t at,
                     size_t last) {
  if (first == anyRune || first == unicode::replacement)
    return at;
  std::string bytes;
  unicode::append(bytes, first);
  if (at >= text.size())
    return std::string_view::npos;
  size_t length = std::min(last + 1, text.size()) - at;
  const void *hit = std::memchr(text.data() + at, bytes[0], length);
  return hit ? static_cast<const char *>(hit) - text.data()
             : std::string_view::npos;
}

} // namespace

std::optional<ShellPattern> ShellPattern::parse(std::string_view pattern,
                                                std::string &error) {
  // Go's scanner drops a byte order mark at the start of its input.
  if (pattern.starts_with("\xEF\xBB\xBF"))
    pattern.remove_prefix(3);
  ShellPattern result;
  result.segments.emplace_back();
  while (!pattern.empty()) {
    unicode::Decoded next = unicode::decode(pattern);
    pattern.remove_prefix(next.length);
    switch (next.rune) {
    case '*':
      result.segments.emplace_back();
      continue;
    case '?':
      result.segments.back().push_back(anyRune);
      continue;
    case '\\': {
      if (pattern.starts_with('}') || pattern.starts_with('/'))
        continue;
      char32_t escaped = unicode::replacement;
      if (!pattern.empty()) {
        unicode::Decoded after = unicode::decode(pattern);
        pattern.remove_prefix(after.length);
        escaped = after.rune;
      }
      if (escaped != '*' && escaped != '?' && escaped != '\\') {
        error = "invalid escape '\\";
        unicode::append(error, escaped);
        error += '\'';
        return std::nullopt;
      }
      result.segments.back().push_back(escaped);
      continue;
    }
    default:
      result.segments.back().push_back(next.rune);
    }
  }
  return result;
}

bool ShellPattern::matchAt(const Segment &segment, std::string_view text,
                           size_t at, size_t &end, uint64_t &steps) const {
  for (char32_t wanted : segment) {
    if (at >= text.size() || steps == 0)
      return false;
    --steps;
    unsigned char byte = text[at];
    unicode::Decoded next = byte < 0x80 ? unicode::Decoded{byte, 1, true}
                                        : unicode::decode(text.substr(at));
    if (wanted == anyRune ? next.rune == '\n' : next.rune != wanted)
      return false;
    at += next.length;
  }
  end = at;
  return true;
}

/// Places the segments after the first, of which the first star begins at
/// `at`; returns where the last one ends.
std::optional<size_t> ShellPattern::matchRest(std::string_view text, size_t at,
                                              bool greedy,
                                              uint64_t &steps) const {
  for (size_t i = 1; i < segments.size(); ++i) {
    const Segment &segment = segments[i];
    bool latest = greedy && i + 1 == segments.size();
    size_t last = lineEnd(text, at);
    if (segment.empty()) {
      if (latest)
        at = last;
      continue;
    }
    std::optional<size_t> found;
    while (at <= last && steps != 0) {
      at = nextCandidate(segment[0], text, at, last);
      if (at == std::string_view::npos)
        break;
      size_t end = 0;
      if (matchAt(segment, text, at, end, steps)) {
        found = end;
        if (!latest)
          break;
      }
      if (at == text.size())
        break;
      at += unicode::decode(text.substr(at)).length;
    }
    if (!found || steps == 0)
      return std::nullopt;
    at = *found;
  }
  return at;
}

std::optional<ShellPattern::Match> ShellPattern::find(std::string_view text,
                                                      size_t from, bool greedy,
                                                      uint64_t &steps) const {
  const Segment &first = segments[0];
  bool crossesLines =
      std::find(first.begin(), first.end(), U'\n') != first.end();
  while (from <= text.size() && steps != 0) {
    if (!first.empty()) {
      from = nextCandidate(first[0], text, from, text.size());
      if (from == std::string_view::npos)
        return std::nullopt;
    }
    size_t end = 0;
    bool begins = matchAt(first, text, from, end, steps);
    if (begins)
      if (auto last = matchRest(text, end, greedy, steps))
        return Match{from, *last};
    if (from == text.size())
      return std::nullopt;
    if (begins && !crossesLines)
      from = lineEnd(text, end) + 1;
    else
      from += unicode::decode(text.substr(from)).length;
  }
  return std::nullopt;
}

std::optional<ShellPattern::Match>
ShellPattern::findPrefix(std::string_view text, bool greedy,
                         uint64_t &steps) const {
  size_t end = 0;
  if (!matchAt(segments[0], text, 0, end, steps))
    return std::nullopt;
  if (auto last = matchRest(text, end, greedy, steps))
    return Match{0, *last};
  return std::nullopt;
}

namespace {

std::optional<ShellPattern> parsePattern(std::string_view pattern,
                                         std::string &error) {
  std::string why;
  auto result = ShellPattern::parse(pattern, why);
  if (!result) {
    error = "invalid pattern (";
    error += pattern;
    error += ") in substitution: ";
    error += why;
  }
  return result;
}

std::nullopt_t tooManySteps(std::string &error) {
  error = "matching the pattern in substitution takes too long";
  return std::nullopt;
}

std::u32string decodeAll(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  while (!text.empty()) {
    unicode::Decoded next = unicode::decode(text);
    text.remove_prefix(next.length);
    out.push_back(next.rune);
  }
  return out;
}

std::string encodeAll(std::u32string_view runes) {
  std::string out;
  out.reserve(runes.size());
  for (char32_t rune : runes)
    unicode::append(out, rune);
  return out;
}

std::string reversed(std::string_view text) {
  std::u32string runes = decodeAll(text);
  std::reverse(runes.begin(), runes.end());
  return encodeAll(runes);
}

/// Backwards, but a backslash stays before what it escapes.
std::string reversedPattern(std::string_view pattern) {
  std::u32string runes = decodeAll(pattern);
  std::reverse(runes.begin(), runes.end());
  size_t size = runes.size();
  // Escapes are told apart from the front, which is now the back.
  for (size_t i = size; i-- > 1;)
    if (runes[i] == '\\') {
      std::swap(runes[i], runes[i - 1]);
      --i;
    }
  return encodeAll(runes);
}

/// A reference after `$` in a replacement, as regexp.Expand reads it.
struct Reference {
  bool valid = false;
  bool wholeMatch = false;
  size_t length = 0;
};

Reference readReference(std::string_view text) {
  bool brace = text.starts_with('{');
  size_t begin = brace ? 1 : 0;
  size_t at = begin;
  while (at < text.size()) {
    unicode::Decoded next = unicode::decode(text.substr(at));
    if (!unicode::isLetter(next.rune) && !unicode::isDigit(next.rune) &&
        next.rune != '_')
      break;
    at += next.length;
  }
  if (at == begin)
    return {};
  Reference result;
  result.wholeMatch = text.substr(begin, at - begin) == "0";
  if (brace) {
    if (at >= text.size() || text[at] != '}')
      return {};
    ++at;
  }
  result.valid = true;
  result.length = at;
  return result;
}

/// Only `$0` has a value: a shell pattern makes no groups.
void expandTemplate(std::string &out, std::string_view replacement,
                    std::string_view match) {
  for (;;) {
    size_t dollar = replacement.find('$');
    out += replacement.substr(0, dollar);
    if (dollar == std::string_view::npos)
      return;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$')) {
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    Reference reference = readReference(replacement);
    if (!reference.valid) {
      out += '$';
      continue;
    }
    if (reference.wholeMatch)
      out += match;
    replacement.remove_prefix(reference.length);
  }
}

} // namespace

std::optional<std::string> llb::trimShellPrefix(std::string_view pattern,
                                                std::string_view value,
                                                bool greedy,
                                                std::string &error) {
  auto compiled = parsePattern(pattern, error);
  if (!compiled)
    return std::nullopt;
  uint64_t steps = maxSteps;
  auto match = compiled->findPrefix(value, greedy, steps);
  if (steps == 0)
    return tooManySteps(error);
  if (match)
    value.remove_prefix(match->end);
  return std::string(value);
}

std::optional<std::string> llb::trimShellSuffix(std::string_view pattern,
                                                std::string_view value,
                                                bool greedy,
                                                std::string &error) {
  auto trimmed =
      trimShellPrefix(reversedPattern(pattern), reversed(value), greedy, error);
  if (!trimmed)
    return std::nullopt;
  return reversed(*trimmed);
}

std::optional<std::string>
llb::replaceShellPattern(std::string_view pattern, std::string_view replacement,
                         std::string_view value, bool all, size_t maxBytes,
                         std::string &error) {
  auto compiled = parsePattern(pattern, error);
  if (!compiled)
    return std::nullopt;
  uint64_t steps = maxSteps;
  std::string out;
  size_t copied = 0;
  size_t from = 0;
  while (from <= value.size()) {
    auto match = compiled->find(value, from, /*greedy=*/true, steps);
    if (steps == 0)
      return tooManySteps(error);
    if (!match)
      break;
    out += value.substr(copied, match->begin - copied);
    if (!all)
      out += replacement;
    // An empty match right after another match is not replaced.
    else if (match->end > copied || match->begin == 0)
      expandTemplate(out, replacement,
                     value.substr(match->begin, match->end - match->begin));
    copied = match->end;
    if (!all)
      break;
    if (out.size() > maxBytes) {
      error = "value is too large";
      return std::nullopt;
    }
    size_t width =
        from < value.size() ? unicode::decode(value.substr(from)).length : 1;
    from = from + width > match->end ? from + width : match->end;
  }
  out += value.substr(copied);
  return out;
}
