// SPDX-License-Identifier: Apache-2.0
//
// Matching of shell patterns as Go's path.Match does it: parts between stars
// are tried from left to right and never again, so time is bounded by the
// product of both lengths.
#include "GlobChunk.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/Unicode.h"

namespace llb {
namespace {

/// Takes one rune of a class off `chunk`; false on bad syntax.
bool takeClassRune(std::string_view &chunk, char32_t &rune) {
  if (chunk.empty() || chunk[0] == '-' || chunk[0] == ']')
    return false;
  if (chunk[0] == '\\')
    chunk.remove_prefix(1);
  if (chunk.empty())
    return false;
  unicode::Decoded next = unicode::decode(chunk);
  rune = next.rune;
  chunk.remove_prefix(next.length);
  return next.valid && !chunk.empty();
}

/// Takes a class off `chunk`, behind its bracket; false on bad syntax.
bool takeClass(std::string_view &chunk, char32_t rune, bool &matches) {
  bool negated = chunk.starts_with('^');
  if (negated)
    chunk.remove_prefix(1);
  bool found = false;
  for (bool first = true; first || !chunk.starts_with(']'); first = false) {
    char32_t low, high;
    if (!takeClassRune(chunk, low))
      return false;
    high = low;
    if (chunk[0] == '-') {
      chunk.remove_prefix(1);
      if (!takeClassRune(chunk, high))
        return false;
    }
    found |= low <= rune && rune <= high;
  }
  chunk.remove_prefix(1);
  matches = found != negated;
  return true;
}

} // namespace

glob::Fit glob::fitChunk(std::string_view chunk, std::string_view &text) {
  std::string_view rest = text;
  bool failed = false;
  while (!chunk.empty()) {
    failed |= rest.empty();
    char c = chunk[0];
    chunk.remove_prefix(1);
    if (c == '[') {
      char32_t rune = 0;
      if (!failed) {
        unicode::Decoded next = unicode::decode(rest);
        rune = next.rune;
        rest.remove_prefix(next.length);
      }
      bool matches = false;
      if (!takeClass(chunk, rune, matches))
        return Fit::BadPattern;
      failed |= !matches;
      continue;
    }
    if (c == '?') {
      if (!failed) {
        failed = rest[0] == '/';
        rest.remove_prefix(unicode::decode(rest).length);
      }
      continue;
    }
    if (c == '\\') {
      if (chunk.empty())
        return Fit::BadPattern;
      c = chunk[0];
      chunk.remove_prefix(1);
    }
    if (!failed) {
      failed = c != rest[0];
      rest.remove_prefix(1);
    }
  }
  if (failed)
    return Fit::No;
  text = rest;
  return Fit::Yes;
}

size_t glob::chunkLength(std::string_view pattern) {
  bool inClass = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size())
      ++i;
    else if (c == '[')
      inClass = true;
    else if (c == ']')
      inClass = false;
    else if (c == '*' && !inClass)
      return i;
  }
  return pattern.size();
}

namespace {

/// Takes the next part off `pattern`: whether stars stand before it.
bool takeChunk(std::string_view &pattern, std::string_view &chunk) {
  size_t stars = std::min(pattern.find_first_not_of('*'), pattern.size());
  pattern.remove_prefix(stars);
  size_t length = glob::chunkLength(pattern);
  chunk = pattern.substr(0, length);
  pattern.remove_prefix(length);
  return stars != 0;
}

/// Finds the first place of `name`, not beyond a slash, where `chunk` fits, and
/// takes all up to its end off.
glob::Fit fitAfterStar(std::string_view chunk, bool last,
                       std::string_view &name) {
  for (size_t i = 0; i < name.size() && name[i] != '/'; ++i) {
    std::string_view rest = name.substr(i + 1);
    glob::Fit fit = glob::fitChunk(chunk, rest);
    if (fit == glob::Fit::BadPattern)
      return fit;
    if (fit == glob::Fit::Yes && !(last && !rest.empty())) {
      name = rest;
      return fit;
    }
  }
  return glob::Fit::No;
}

} // namespace

std::optional<bool> go::matchPath(std::string_view pattern,
                                  std::string_view name) {
  while (!pattern.empty()) {
    std::string_view chunk;
    bool star = takeChunk(pattern, chunk);
    if (star && chunk.empty())
      return name.find('/') == std::string_view::npos;
    std::string_view rest = name;
    glob::Fit fit = glob::fitChunk(chunk, rest);
    if (fit == glob::Fit::Yes && (rest.empty() || !pattern.empty())) {
      name = rest;
      continue;
    }
    if (fit != glob::Fit::BadPattern && star)
      fit = fitAfterStar(chunk, pattern.empty(), name);
    if (star && fit == glob::Fit::Yes)
      continue;
    // What is left has to be sound all the same.
    while (fit != glob::Fit::BadPattern && !pattern.empty()) {
      takeChunk(pattern, chunk);
      std::string_view nothing;
      if (glob::fitChunk(chunk, nothing) == glob::Fit::BadPattern)
        fit = glob::Fit::BadPattern;
    }
    if (fit == glob::Fit::BadPattern)
      return std::nullopt;
    return false;
  }
  return name.empty();
}

bool go::hasWildcard(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '*' || text[i] == '?' || text[i] == '[')
      return true;
  }
  return false;
}

} // namespace llb
