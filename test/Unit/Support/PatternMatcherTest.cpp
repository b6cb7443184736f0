// SPDX-License-Identifier: Apache-2.0
//
// moby/patternmatcher v0.6.1, with what follows from its translation into Go's
// regular expressions.
#include "llb/Support/PatternMatcher.h"

#include <gtest/gtest.h>

using namespace llb;

namespace {

using Patterns = std::vector<std::string>;

/// "yes", "no", or the error.
std::string match(const Patterns &patterns, std::string_view path) {
  std::string error;
  auto matcher = PatternMatcher::create(patterns, error);
  if (!matcher)
    return error;
  bool matched = matcher->matchesOrParentMatches(path, &error);
  return !error.empty() ? error : matched ? "yes" : "no";
}

TEST(PatternMatcher, ReadsDockerignore) {
  EXPECT_EQ(parseDockerignore("\xef\xbb\xbf#c\n a/../b/ \r\n\n/x\n/\n! /y\n!\n"
                              " #d\n"),
            (Patterns{"b", "x", "/", "!y", "!", "#d"}));
  std::string error;
  EXPECT_EQ(parseDockerignore("a\n" + std::string(65535, 'b'), &error).size(),
            2u);
  EXPECT_EQ(error, "");
  EXPECT_TRUE(
      parseDockerignore("a\n" + std::string(65536, 'b'), &error).empty());
  EXPECT_EQ(error, "bufio.Scanner: token too long");
}

TEST(PatternMatcher, MatchesPathsAndParents) {
  EXPECT_EQ(match({"a"}, "a"), "yes");
  EXPECT_EQ(match({"a"}, "a/b/c"), "yes");
  EXPECT_EQ(match({"a"}, "ab"), "no");
  EXPECT_EQ(match({"a"}, "b/a"), "no");
  EXPECT_EQ(match({"*/b"}, "a/b/c"), "yes");
  EXPECT_EQ(match({"*.go"}, "a/x.go"), "no");
  EXPECT_EQ(match({"a?c"}, "a/c"), "no");
  EXPECT_EQ(match({"a.c"}, "abc"), "no");
  EXPECT_EQ(match({"*"}, "/a"), "yes");
}

TEST(PatternMatcher, KnowsDoubleStars) {
  EXPECT_EQ(match({"**"}, "a/b"), "yes");
  EXPECT_EQ(match({"**/b"}, "b"), "yes");
  EXPECT_EQ(match({"**/b"}, "a/b/c"), "yes");
  EXPECT_EQ(match({"**/b"}, "ab"), "no");
  EXPECT_EQ(match({"a/**"}, "a"), "no");
  EXPECT_EQ(match({"a/**"}, "a/b/c"), "yes");
  EXPECT_EQ(match({"a/**/c"}, "a/c"), "yes");
  EXPECT_EQ(match({"a/**/c"}, "a/b/b/c/d"), "yes");
  EXPECT_EQ(match({"**/*.go"}, "x/y.go"), "yes");
}

TEST(PatternMatcher, LetsTheLastPatternWin) {
  Patterns patterns = {"a", "!a/b", "a/b/c"};
  EXPECT_EQ(match(patterns, "a/x"), "yes");
  EXPECT_EQ(match(patterns, "a/b"), "no");
  EXPECT_EQ(match(patterns, "a/b/d"), "no");
  EXPECT_EQ(match(patterns, "a/b/c"), "yes");
  std::string error;
  EXPECT_TRUE(PatternMatcher::create(patterns, error)->hasExclusions());
  EXPECT_FALSE(PatternMatcher::create({"a"}, error)->hasExclusions());
}

TEST(PatternMatcher, ReportsBadPatterns) {
  EXPECT_EQ(match({"!"}, "a"), "illegal exclusion pattern: \"!\"");
  EXPECT_EQ(match({"["}, "a"), "syntax error in pattern");
  // Go checks no further than the first part that does not fit.
  EXPECT_EQ(match({"a*["}, "x"), "syntax error in pattern");
  EXPECT_EQ(match({"b", "a*["}, "b"), "yes");
  EXPECT_EQ(match({"*\\y"}, "x"), "syntax error in pattern");
}

TEST(PatternMatcher, ShowsItsExpressions) {
  EXPECT_EQ(match({"[[:alpha:]]*"}, "ab"), "yes");
  EXPECT_EQ(match({"\\d*"}, "1a"), "yes");
  EXPECT_EQ(match({"\\d*"}, "da"), "no");
  // A class ends at the first bracket of what the star became.
  EXPECT_EQ(match({"[a*]"}, "a/^]"), "yes");
  EXPECT_EQ(match({"a{2}*"}, "aab"), "yes");
  EXPECT_EQ(match({"a{2}*"}, "a{2}"), "no");
  // Only the first alternative is anchored at the start.
  EXPECT_EQ(match({"x*|b"}, "aab"), "yes");
  EXPECT_EQ(match({"a|b"}, "a"), "no");
}

/// The answer of a walk to `path`, directory by directory.
std::string walkTo(const std::vector<std::string> &patterns,
                   std::string_view path) {
  std::string error;
  auto matcher = llb::PatternMatcher::create(patterns, error);
  llb::PatternMatcher::DirMatches above, own;
  bool matched = false;
  for (size_t end = 0; end != std::string_view::npos;) {
    end = path.find('/', end + 1);
    matched = matcher->matches(path.substr(0, end), above, own);
    above.swap(own);
  }
  return matched ? "yes" : "no";
}

TEST(PatternMatcher, RemembersDirectories) {
  EXPECT_EQ(walkTo({"a"}, "a/b/c"), "yes");
  EXPECT_EQ(walkTo({"a", "!a/b"}, "a/b/c"), "no");
  // The exception has not been looked at for `k`, which nothing excludes.
  EXPECT_EQ(walkTo({"**/*.log", "!k"}, "k/x.log"), "yes");
  EXPECT_EQ(match({"**/*.log", "!k"}, "k/x.log"), "no");
  EXPECT_EQ(walkTo({"**/*.log", "!k/*"}, "k/x.log"), "no");
}

TEST(PatternMatcher, KnowsWhatMayBeBelow) {
  std::string error;
  auto matcher = llb::PatternMatcher::create({"a/b", "c", "!d/e/*"}, error);
  EXPECT_TRUE(matcher->mayMatchBelow("a", /*exceptions=*/false));
  EXPECT_FALSE(matcher->mayMatchBelow("ab", /*exceptions=*/false));
  EXPECT_FALSE(matcher->mayMatchBelow("d", /*exceptions=*/false));
  EXPECT_TRUE(matcher->mayMatchBelow("d", /*exceptions=*/true));
  EXPECT_TRUE(matcher->mayMatchBelow("d/e", /*exceptions=*/true));
  EXPECT_FALSE(matcher->mayMatchBelow("d/e/f", /*exceptions=*/true));
  matcher = llb::PatternMatcher::create({"a*/b"}, error);
  EXPECT_TRUE(matcher->mayMatchBelow("z", /*exceptions=*/false));
  EXPECT_EQ(matcher->lastMatch("ax/b", {}), 0u);
  EXPECT_EQ(matcher->lastMatch("ax", {}), std::nullopt);
}

TEST(PatternMatcher, StaysCheapOnHostileInput) {
  std::string pattern, path(2000, 'a');
  for (int i = 0; i < 200; ++i)
    pattern += "*a**";
  EXPECT_EQ(match({pattern + "b"}, path), "no");
  std::string deep;
  for (int i = 0; i < 50'000; ++i)
    deep += "a/";
  EXPECT_EQ(match({"*b*", "**/b"}, deep), "no");
  EXPECT_EQ(match({"a{1000}\\Q\\E{1000}*"}, path), "syntax error in pattern");
}

} // namespace
