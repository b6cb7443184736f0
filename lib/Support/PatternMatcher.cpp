// SPDX-License-Identifier: Apache-2.0
//
// moby/patternmatcher v0.6.1 turns a pattern into a regular expression unless
// it is literal text with `**` at one end. Its check of the syntax stops at the
// first part that does not fit the name `.`, so many a bad pattern is noticed
// only when it is first used. Its table of characters to escape is too small to
// hold braces and the bar, which therefore keep their meaning in expressions.
#include "llb/Support/PatternMatcher.h"

#include "GoRegexp.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <optional>

namespace llb {
namespace {

constexpr std::string_view badPattern = "syntax error in pattern";

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

enum class Fit { No, Yes, BadPattern };

/// filepath's matchChunk: whether `text` starts with something that matches
/// `chunk`, which has no stars; takes it off.
Fit fitChunk(std::string_view chunk, std::string_view &text) {
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

/// Length of the part in front of the next star that is in no class.
size_t chunkLength(std::string_view pattern) {
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

/// Whether filepath.Match(pattern, ".") reports no error.
bool isAccepted(std::string_view pattern) {
  std::string_view name = ".";
  while (!pattern.empty()) {
    bool star = pattern[0] == '*';
    pattern.remove_prefix(
        std::min(pattern.find_first_not_of('*'), pattern.size()));
    size_t length = chunkLength(pattern);
    std::string_view chunk = pattern.substr(0, length);
    pattern.remove_prefix(length);
    if (chunk.empty())
      return true;
    std::string_view rest = name;
    Fit fit = fitChunk(chunk, rest);
    auto fits = [&] {
      return fit == Fit::Yes && (rest.empty() || !pattern.empty());
    };
    // A star may also stand for the dot.
    if (fit != Fit::BadPattern && !fits() && star && !name.empty()) {
      rest = {};
      fit = fitChunk(chunk, rest);
    }
    if (fit == Fit::BadPattern)
      return false;
    if (!fits())
      return true;
    name = rest;
  }
  return true;
}

struct Pattern {
  enum class Kind { Exact, Prefix, Suffix, Regexp, Bad };
  Kind kind = Kind::Exact;
  bool exclusion = false;
  /// The pattern, without the stars of a Prefix or Suffix.
  std::string text;
  std::optional<GoRegexp> regexp;

  void compile();
  bool matches(std::string_view path) const;
  bool matchesAncestor(std::string_view parent) const;
};

/// Classifies `text` and translates it where a regular expression is needed.
void Pattern::compile() {
  std::string expression = "^";
  std::string_view rest = text;
  // Go reads the pattern as a source text, which may start with a mark.
  if (rest.starts_with("\xef\xbb\xbf"))
    rest.remove_prefix(3);
  auto next = [&rest](std::string &out) {
    unicode::Decoded rune = unicode::decode(rest);
    unicode::append(out, rune.rune);
    rest.remove_prefix(rune.length);
  };

  for (bool first = true; !rest.empty(); first = false) {
    char c = rest[0];
    if (rest.starts_with("**")) {
      rest.remove_prefix(2);
      if (rest.starts_with('/'))
        rest.remove_prefix(1);
      if (!rest.empty()) {
        expression += "(.*/)?";
        kind = Kind::Regexp;
      } else if (kind == Kind::Exact) {
        kind = Kind::Prefix;
      } else {
        expression += ".*";
        kind = Kind::Regexp;
      }
      if (first)
        kind = Kind::Suffix;
    } else if (c == '*' || c == '?') {
      expression += c == '*' ? "[^/]*" : "[^/]";
      kind = Kind::Regexp;
      rest.remove_prefix(1);
    } else if (c == '\\') {
      expression += c;
      rest.remove_prefix(1);
      if (!rest.empty()) {
        next(expression);
        kind = Kind::Regexp;
      }
    } else {
      if (c == '[' || c == ']')
        kind = Kind::Regexp;
      else if (std::string_view(".+()$").find(c) != std::string_view::npos)
        expression += '\\';
      next(expression);
    }
  }

  if (kind == Kind::Prefix) {
    text.resize(text.size() - 2);
  } else if (kind == Kind::Suffix) {
    text.erase(0, 2);
  } else if (kind == Kind::Regexp) {
    regexp = GoRegexp::compile(expression + "$");
    if (!regexp)
      kind = Kind::Bad;
  }
}

bool Pattern::matches(std::string_view path) const {
  switch (kind) {
  case Kind::Exact:
    return path == text;
  case Kind::Prefix:
    return path.starts_with(text);
  case Kind::Suffix:
    // `**/foo` is also `foo`.
    return path.ends_with(text) || (text[0] == '/' && text.substr(1) == path);
  case Kind::Regexp:
    return regexp->matches(path);
  case Kind::Bad:
    return false;
  }
  return false;
}

/// Whether `parent` or one of the directories above it matches.
bool Pattern::matchesAncestor(std::string_view parent) const {
  auto endsPart = [parent](size_t end) {
    return end == parent.size() || (end < parent.size() && parent[end] == '/');
  };
  switch (kind) {
  case Kind::Exact:
    return parent.starts_with(text) && endsPart(text.size());
  case Kind::Prefix:
    return parent.starts_with(text);
  case Kind::Suffix:
    if (text.empty())
      return true;
    if (text[0] == '/' &&
        parent.starts_with(std::string_view(text).substr(1)) &&
        endsPart(text.size() - 1))
      return true;
    for (size_t at = parent.find(text); at != std::string_view::npos;
         at = parent.find(text, at + 1))
      if (endsPart(at + text.size()))
        return true;
    return false;
  case Kind::Regexp:
    return regexp->matchesPathPrefix(parent);
  case Kind::Bad:
    return false;
  }
  return false;
}

/// filepath.Dir.
std::string parentOf(std::string_view path) {
  return go::cleanPath(path.substr(0, path.rfind('/') + 1));
}

} // namespace

std::vector<std::string> parseDockerignore(std::string_view text,
                                           std::string *error) {
  // Go's line scanner holds this much, the end of the line included.
  constexpr size_t maxLine = 65'536;
  std::vector<std::string> patterns;
  for (bool first = true; !text.empty(); first = false) {
    size_t end = std::min(text.find('\n'), text.size());
    if (end >= maxLine) {
      if (error)
        *error = "bufio.Scanner: token too long";
      return {};
    }
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    if (first && line.starts_with("\xef\xbb\xbf"))
      line.remove_prefix(3);
    if (line.starts_with('#'))
      continue;
    line = unicode::trim(line);
    if (line.empty())
      continue;
    bool exclusion = line[0] == '!';
    if (exclusion)
      line = unicode::trim(line.substr(1));
    std::string pattern;
    if (!line.empty()) {
      pattern = go::cleanPath(line);
      if (pattern.size() > 1 && pattern[0] == '/')
        pattern.erase(0, 1);
    }
    if (exclusion)
      pattern.insert(0, 1, '!');
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

struct PatternMatcher::Impl {
  std::vector<Pattern> patterns;
  bool exclusions = false;
};

PatternMatcher::PatternMatcher(std::unique_ptr<Impl> impl)
    : impl(std::move(impl)) {}

PatternMatcher::~PatternMatcher() = default;

std::unique_ptr<PatternMatcher>
PatternMatcher::create(const std::vector<std::string> &patterns,
                       std::string &error) {
  auto impl = std::make_unique<Impl>();
  for (const std::string &source : patterns) {
    std::string_view trimmed = unicode::trim(source);
    if (trimmed.empty())
      continue;
    Pattern pattern;
    pattern.text = go::cleanPath(trimmed);
    if (pattern.text[0] == '!') {
      if (pattern.text.size() == 1) {
        error = "illegal exclusion pattern: \"!\"";
        return nullptr;
      }
      pattern.exclusion = true;
      pattern.text.erase(0, 1);
      impl->exclusions = true;
    }
    if (!isAccepted(pattern.text)) {
      error = badPattern;
      return nullptr;
    }
    pattern.compile();
    impl->patterns.push_back(std::move(pattern));
  }
  return std::unique_ptr<PatternMatcher>(new PatternMatcher(std::move(impl)));
}

bool PatternMatcher::matchesOrParentMatches(std::string_view path,
                                            std::string *error) const {
  std::string parent = parentOf(path);
  bool matched = false;
  for (const Pattern &pattern : impl->patterns) {
    // An exclusion has nothing to say unless the path matches so far, and the
    // other way round.
    if (pattern.exclusion != matched)
      continue;
    if (pattern.kind == Pattern::Kind::Bad) {
      if (error)
        *error = badPattern;
      return false;
    }
    if (pattern.matches(path) ||
        (parent != "." && pattern.matchesAncestor(parent)))
      matched = !pattern.exclusion;
  }
  return matched;
}

bool PatternMatcher::hasExclusions() const { return impl->exclusions; }

} // namespace llb
