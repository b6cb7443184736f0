// SPDX-License-Identifier: Apache-2.0
//
// Patterns of both kinds go by what matched the directory above, so that a file
// costs no more than its own name does.
#include "FilterMatchers.h"

namespace llb::context {
namespace {

llvm::Error patternError(const char *what, std::string_view text) {
  return llvm::createStringError(std::errc::invalid_argument, "%s: %s", what,
                                 std::string(text).c_str());
}

/// fsutil's dedupePaths, for a list that ends with sorted paths.
void removeCovered(std::vector<std::string> &patterns) {
  std::vector<std::string> result;
  for (std::string &pattern : patterns) {
    if (pattern == ".") {
      patterns.clear();
      return;
    }
    std::string last = result.empty() ? std::string() : result.back();
    if (!pattern.starts_with(last + "/"))
      result.push_back(std::move(pattern));
  }
  patterns = std::move(result);
}

} // namespace

llvm::Expected<FilterMatchers>
FilterMatchers::create(const Directory &directory, const Filter &filter) {
  FilterMatchers result;
  std::vector<std::string> patterns = filter.includePatterns;
  if (!filter.followPaths.empty()) {
    auto targets = followLinks(directory, filter.followPaths);
    if (!targets)
      return targets.takeError();
    if (!targets->empty()) {
      patterns.insert(patterns.end(), targets->begin(), targets->end());
      removeCovered(patterns);
    }
  }
  std::string error;
  if (!patterns.empty() &&
      !(result.includes = PatternMatcher::create(patterns, error)))
    return patternError("invalid include patterns", error);
  if (!filter.excludePatterns.empty() &&
      !(result.excludes =
            PatternMatcher::create(filter.excludePatterns, error)))
    return patternError("invalid exclude patterns", error);
  return result;
}

llvm::Expected<FilterMatchers::Verdict>
FilterMatchers::judge(const std::string &path, bool isDirectory,
                      PatternMatcher::DirMatches &include,
                      PatternMatcher::DirMatches &exclude) const {
  Verdict verdict = Verdict::Send;
  std::string error;
  PatternMatcher::DirMatches own;
  if (includes) {
    bool matched = includes->matches(path, include, own, &error);
    if (!error.empty())
      return patternError("invalid include patterns", error);
    include.swap(own);
    if (!matched) {
      verdict = Verdict::Skip;
      if (isDirectory && !includes->mayMatchBelow(path, /*exceptions=*/false))
        return Verdict::SkipTree;
    }
  }
  if (excludes) {
    bool matched = excludes->matches(path, exclude, own, &error);
    if (!error.empty())
      return patternError("invalid exclude patterns", error);
    exclude.swap(own);
    if (matched) {
      verdict = Verdict::Skip;
      if (isDirectory && !excludes->mayMatchBelow(path, /*exceptions=*/true))
        return Verdict::SkipTree;
    }
  }
  return verdict;
}

} // namespace llb::context
