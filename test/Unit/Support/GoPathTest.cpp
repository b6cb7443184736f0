// SPDX-License-Identifier: Apache-2.0
//
// Go's path package; the cases are those that differ from what a file system
// would say.
#include "llb/Support/GoPath.h"

#include <gtest/gtest.h>

using namespace llb::go;

namespace {

TEST(GoPath, Cleans) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "."},
      {".", "."},
      {"/", "/"},
      {"//a//b/", "/a/b"},
      {"./a/./b", "a/b"},
      {"a/../b", "b"},
      {"a/..", "."},
      {"/..", "/"},
      {"/../a/../..", "/"},
      {"../a", "../a"},
      {"a/../../b", "../b"},
      {"../../x/..", "../.."},
      {"...", "..."},
      {"/a/b/../../../c", "/c"},
  };
  for (auto [path, clean] : cases)
    EXPECT_EQ(cleanPath(path), clean) << path;
}

TEST(GoPath, Joins) {
  EXPECT_EQ(joinPath({}), "");
  EXPECT_EQ(joinPath({"", ""}), "");
  EXPECT_EQ(joinPath({"", "a", "", "../b"}), "b");
  EXPECT_EQ(joinPath({"/", "../a/"}), "/a");
  EXPECT_EQ(joinPath({"a", "/b"}), "a/b");
}

TEST(GoPath, TakesTheBase) {
  EXPECT_EQ(basePath(""), ".");
  EXPECT_EQ(basePath("///"), "/");
  EXPECT_EQ(basePath("/a/b//"), "b");
  EXPECT_EQ(basePath("a/.."), "..");
}

TEST(GoPath, Matches) {
  EXPECT_EQ(matchPath("*x", "xxx"), true);
  EXPECT_EQ(matchPath("a*b*c", "a1b2bc"), true);
  EXPECT_EQ(matchPath("a*/b", "a/b"), true);
  EXPECT_EQ(matchPath("a*/b", "a/c/b"), false);
  EXPECT_EQ(matchPath("*", "a/b"), false);
  EXPECT_EQ(matchPath("a?b", "a\u00e4b"), true);
  EXPECT_EQ(matchPath("ab[^e-g]", "abc"), true);
  EXPECT_EQ(matchPath("a\\*", "a*"), true);
  EXPECT_EQ(matchPath("", ""), true);
  // What comes after the first mismatch has to be sound as well.
  EXPECT_EQ(matchPath("a/b[", "x"), std::nullopt);
  EXPECT_EQ(matchPath("[]a]", "]"), std::nullopt);
  EXPECT_TRUE(hasWildcard("a?"));
  EXPECT_FALSE(hasWildcard("a\\?]"));
}

} // namespace
