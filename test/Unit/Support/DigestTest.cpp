// SPDX-License-Identifier: Apache-2.0
//
// The digests are the test vectors of FIPS 180-4.
#include "llb/Support/Digest.h"

#include <gtest/gtest.h>

using namespace llb;

namespace {

constexpr std::string_view ofAbc =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, HashesText) {
  EXPECT_EQ(Digest::of("abc").str(), ofAbc);
  EXPECT_EQ(Digest::of("").str(), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae4"
                                  "1e4649b934ca495991b7852b855");
  EXPECT_EQ(Digest::of(std::string(1000000, 'a')).str(),
            "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc71"
            "12cd0");
}

TEST(Digest, ReadsWhatItPrints) {
  ASSERT_TRUE(Digest::parse(ofAbc));
  EXPECT_EQ(*Digest::parse(ofAbc), Digest::of("abc"));
}

TEST(Digest, RejectsEverythingElse) {
  std::string text(ofAbc);
  EXPECT_FALSE(Digest::parse(""));
  EXPECT_FALSE(Digest::parse(text.substr(7)));
  EXPECT_FALSE(Digest::parse(text + "0"));
  EXPECT_FALSE(Digest::parse(text.substr(0, text.size() - 1)));
  text[7] = 'B';
  EXPECT_FALSE(Digest::parse(text));
  text[7] = 'g';
  EXPECT_FALSE(Digest::parse(text));
}

} // namespace
