// SPDX-License-Identifier: Apache-2.0
//
// moby/patternmatcher v0.6.1 turns a pattern into a regular expression unless
// it is literal text with `**` at one end. Its check of the syntax stops at the
// first part that does not fit the name `.`, so many a bad pattern is noticed
// only when it is first used. Its table of characters to escape is too small to
// hold braces and the bar, which therefore keep their meaning in expressions.
#include "llb/Support/PatternMatcher.h"

#include "GlobChunk.h"
#include "GoRegexp.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <optional>

namespace llb {
namespace {

using glob::Fit;

constexpr std::string_view badPattern = "syntax error in pattern";

/// Whether filepath.Match(pattern, ".") reports no error.
bool isAccepted(std::string_view pattern) {
  std::string_view name = ".";
  while (!pattern.empty()) {
    bool star = pattern[0] == '*';
    pattern.remove_prefix(
        std::min(pattern.find_first_not_of('*'), pattern.size()));
    size_t length = glob::chunkLength(pattern);
    std::string_view chunk = pattern.substr(0, length);
    pattern.remove_prefix(length);
    if (chunk.empty())
      return true;
    std::string_view rest = name;
    Fit fit = glob::fitChunk(chunk, rest);
    auto fits = [&] {
      return fit == Fit::Yes && (rest.empty() || !pattern.empty());
    };
    // A star may also stand for the dot.
    if (fit != Fit::BadPattern && !fits() && star && !name.empty()) {
      rest = {};
      fit = glob::fitChunk(chunk, rest);
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
  /// The pattern without `/**` and `/*` at its end, and whether it has
  /// characters with a meaning even so.
  std::string literal;
  bool hasWildcards = false;
  /// Its place in the list that the matcher was made of.
  size_t index = 0;
  std::optional<GoRegexp> regexp;

  void compile();
  bool matches(std::string_view path) const;
  bool matchesAncestor(std::string_view parent) const;

private:
  void findLiteral();
};

/// What fsutil's filters call a pattern without its trailing glob.
void Pattern::findLiteral() {
  literal = text;
  for (std::string_view suffix : {"/**", "/*"})
    if (std::string_view(literal).ends_with(suffix))
      literal.resize(literal.size() - suffix.size());
  hasWildcards = literal.find_first_of("*[]?^\\") != std::string::npos;
}

/// Classifies `text` and translates it where a regular expression is needed.
void Pattern::compile() {
  findLiteral();
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
                                           std::string *error,
                                           std::vector<unsigned> *lines) {
  // Go's line scanner holds this much, the end of the line included.
  constexpr size_t maxLine = 65'536;
  std::vector<std::string> patterns;
  unsigned number = 0;
  for (bool first = true; !text.empty(); first = false) {
    ++number;
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
    if (lines)
      lines->push_back(number);
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
  for (size_t i = 0; i < patterns.size(); ++i) {
    std::string_view trimmed = unicode::trim(patterns[i]);
    if (trimmed.empty())
      continue;
    Pattern pattern;
    pattern.index = i;
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

bool PatternMatcher::matches(std::string_view path, const DirMatches &parent,
                             DirMatches &result, std::string *error) const {
  const std::vector<Pattern> &patterns = impl->patterns;
  std::string above = parent.empty() ? parentOf(path) : std::string(".");
  result.assign(patterns.size(), false);
  bool matched = false;
  for (size_t i = 0; i < patterns.size(); ++i) {
    const Pattern &pattern = patterns[i];
    bool match = !parent.empty() && parent[i];
    if (!match) {
      if (pattern.exclusion != matched)
        continue;
      if (pattern.kind == Pattern::Kind::Bad) {
        if (error)
          *error = badPattern;
        return false;
      }
      match = pattern.matches(path) ||
              (above != "." && pattern.matchesAncestor(above));
    }
    result[i] = match;
    if (match)
      matched = !pattern.exclusion;
  }
  return matched;
}

std::optional<size_t>
PatternMatcher::lastMatch(std::string_view path,
                          const DirMatches &parent) const {
  DirMatches matched;
  matches(path, parent, matched);
  for (size_t i = matched.size(); i-- > 0;)
    if (matched[i])
      return impl->patterns[i].index;
  return std::nullopt;
}

bool PatternMatcher::mayMatchBelow(std::string_view path,
                                   bool exceptions) const {
  auto isBelow = [path](std::string_view literal) {
    return literal.size() >= path.size() && literal.starts_with(path) &&
           (literal.size() == path.size() || literal[path.size()] == '/');
  };
  for (const Pattern &pattern : impl->patterns)
    if (pattern.exclusion == exceptions &&
        (pattern.hasWildcards || isBelow(pattern.literal)))
      return true;
  return false;
}

bool PatternMatcher::hasExclusions() const { return impl->exclusions; }

} // namespace llb
