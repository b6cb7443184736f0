// SPDX-License-Identifier: Apache-2.0
//
// Wildcards are matched component by component, as path.Match does, against as
// many components as the pattern has; what is below a match comes along.
#include "PathSelection.h"

#include "llb/Support/GoJson.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/PatternMatcher.h"

namespace llb::cachekey {
namespace {

std::vector<std::string> componentsOf(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    size_t slash = path.find('/');
    if (slash != 0)
      parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size()
                                                       : slash + 1);
  }
  return parts;
}

/// A class such as `[a-z]` from `at`, just behind the bracket. Sets `matched`;
/// returns where the class ends, or npos if it does not.
size_t matchClass(std::string_view pattern, size_t at, unsigned char c,
                  bool &matched) {
  bool negated = at < pattern.size() && pattern[at] == '^';
  at += negated;
  matched = false;
  auto take = [&](unsigned char &value) {
    if (at < pattern.size() && pattern[at] == '\\')
      ++at;
    if (at >= pattern.size())
      return false;
    value = static_cast<unsigned char>(pattern[at++]);
    return true;
  };
  for (bool first = true;; first = false) {
    if (at >= pattern.size())
      return std::string_view::npos;
    if (pattern[at] == ']' && !first)
      break;
    unsigned char low, high;
    if (!take(low))
      return std::string_view::npos;
    high = low;
    if (at < pattern.size() && pattern[at] == '-') {
      ++at;
      if (!take(high))
        return std::string_view::npos;
    }
    matched |= low <= c && c <= high;
  }
  matched ^= negated;
  return at + 1;
}

/// One component. Backtracks to the last star only, so it is quadratic at
/// worst.
bool matchComponent(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0;
  size_t starPattern = std::string_view::npos, starText = 0;
  while (true) {
    if (p < pattern.size() && pattern[p] == '*') {
      starPattern = ++p;
      starText = t;
      continue;
    }
    if (t == text.size() && p == pattern.size())
      return true;
    if (p < pattern.size() && t < text.size()) {
      auto c = static_cast<unsigned char>(text[t]);
      size_t next = p + 1;
      bool matched = pattern[p] == '?';
      if (pattern[p] == '[') {
        next = matchClass(pattern, p + 1, c, matched);
        if (next == std::string_view::npos)
          return false;
      } else if (pattern[p] == '\\' && p + 1 < pattern.size()) {
        matched = pattern[p + 1] == text[t];
        next = p + 2;
      } else if (!matched) {
        matched = pattern[p] == text[t];
      }
      if (matched) {
        p = next;
        ++t;
        continue;
      }
    }
    if (starPattern == std::string_view::npos || starText >= text.size())
      return false;
    p = starPattern;
    t = ++starText;
  }
}

bool matchesComponent(bool wildcards, const std::string &pattern,
                      const std::string &text) {
  return wildcards ? matchComponent(pattern, text) : pattern == text;
}

/// How many components the two have in common from the front.
size_t commonPrefix(bool wildcards, const std::vector<std::string> &pattern,
                    const std::vector<std::string> &path) {
  size_t count = 0;
  while (count < pattern.size() && count < path.size() &&
         matchesComponent(wildcards, pattern[count], path[count]))
    ++count;
  return count;
}

std::string joined(const std::vector<std::string> &parts, size_t from) {
  std::string path;
  for (size_t i = from; i < parts.size(); ++i)
    path += (path.empty() ? "" : "/") + parts[i];
  return path;
}

/// Bad patterns match nothing; the daemon refuses them when it gets there.
bool matches(const std::vector<std::string> &patterns,
             const std::string &path) {
  std::string error;
  auto matcher = PatternMatcher::create(patterns, error);
  return matcher && matcher->matchesOrParentMatches(path);
}

std::vector<std::string> listAttr(const ir::Source &source, const char *name) {
  std::vector<std::string> items;
  auto attr = source.attrs.find(name);
  if (attr == source.attrs.end())
    return items;
  auto list = go::parseJson(attr->second);
  if (list)
    for (const go::JsonValue &item : list->items)
      items.push_back(item.text);
  return items;
}

} // namespace

bool passesFilters(const ir::Source &source, const std::string &path) {
  auto excluded = listAttr(source, "local.excludepatterns");
  if (!excluded.empty() && matches(excluded, path))
    return false;
  auto included = listAttr(source, "local.includepattern");
  auto followed = listAttr(source, "local.followpaths");
  if (included.empty() && followed.empty())
    return true;
  if (!included.empty() && matches(included, path))
    return true;
  std::vector<std::string> parts = componentsOf(path);
  for (const std::string &follow : followed) {
    std::vector<std::string> pattern = componentsOf(go::cleanPath(follow));
    if (commonPrefix(/*wildcards=*/true, pattern, parts) == pattern.size() ||
        follow == ".")
      return true;
  }
  return false;
}

std::optional<std::string> destinationOf(const ir::Copy &copy,
                                         const std::string &path) {
  std::vector<std::string> pattern = componentsOf(go::cleanPath(copy.src));
  std::vector<std::string> parts = componentsOf(path);
  if (commonPrefix(copy.allowWildcard, pattern, parts) != pattern.size())
    return std::nullopt;
  std::string below = joined(parts, pattern.size());
  if (!below.empty() && ((!copy.excludePatterns.empty() &&
                          matches(copy.excludePatterns.get(), below)) ||
                         (!copy.includePatterns.empty() &&
                          !matches(copy.includePatterns.get(), below))))
    return std::nullopt;
  std::string dest = go::joinPath({"/", copy.dest});
  // A directory whose content is not copied on its own goes into one that
  // exists, under its own name: that can't be told from names.
  if (!below.empty())
    return copy.dirCopyContents ? go::joinPath({dest, below}) : dest;
  bool intoDirectory = copy.dest.ends_with('/') || copy.dest.ends_with("/.");
  return intoDirectory && !parts.empty() ? go::joinPath({dest, parts.back()})
                                         : dest;
}

bool readsAround(const ir::Copy &copy, const std::string &path) {
  std::vector<std::string> pattern = componentsOf(go::cleanPath(copy.src));
  std::vector<std::string> parts = componentsOf(path);
  size_t common = commonPrefix(copy.allowWildcard, pattern, parts);
  if (common == pattern.size())
    return destinationOf(copy, path).has_value() ||
           !copy.includePatterns.empty();
  return common == parts.size();
}

} // namespace llb::cachekey
