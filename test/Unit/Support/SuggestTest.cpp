// SPDX-License-Identifier: Apache-2.0
//
// BuildKit v0.32.2, util/suggest.
#include "llb/Support/Suggest.h"

#include <gtest/gtest.h>

using namespace llb;

namespace {

TEST(Suggest, TakesTheNearest) {
  std::vector<std::string> options = {"target", "source", "from"};
  EXPECT_EQ(suggest("traget", options, true), "target");
  EXPECT_EQ(suggest("sorce", options, true), "source");
  EXPECT_FALSE(suggest("xyz", options, true));
  EXPECT_EQ(suggest("ab", {"xb", "ax", "abx"}, true), "xb");
  EXPECT_EQ(suggest("", {"ab"}, true), "ab");
  EXPECT_FALSE(suggest("a", {""}, true));
}

TEST(Suggest, IsSilentOnExactMatches) {
  EXPECT_FALSE(suggest("from", {"form", "from"}, true));
  EXPECT_FALSE(suggest("FROM", {"from"}, false));
}

TEST(Suggest, AdaptsTheCase) {
  EXPECT_EQ(suggest("COPPY", {"copy"}, false), "COPY");
  EXPECT_EQ(suggest("coppy", {"COPY"}, false), "copy");
  EXPECT_EQ(suggest("Coppy", {"COPY"}, false), "copy");
  EXPECT_FALSE(suggest("coppy", {"COPY"}, true));
}

TEST(Suggest, CountsRunes) {
  EXPECT_EQ(suggest("\u00e9\u00e8", {"ee"}, true), "ee");
  EXPECT_EQ(didYouMean("\u00e9a", {"ea"}, true), " (did you mean ea?)");
  EXPECT_EQ(didYouMean("x", {"long"}, true), "");
}

TEST(Suggest, StaysCheapOnLongWords) {
  std::string word(1'000'000, 'a'), other = word;
  other[500'000] = 'b';
  EXPECT_EQ(suggest(word, {other + "c"}, true), other + "c");
  EXPECT_FALSE(suggest(word, {other + "ccc"}, true));
}

} // namespace
