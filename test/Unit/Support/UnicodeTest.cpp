// SPDX-License-Identifier: Apache-2.0
//
// The classes of Unicode 15.0, which Go 1.26 has.
#include "llb/Support/Unicode.h"

#include <gtest/gtest.h>

using namespace llb::unicode;

namespace {

TEST(Unicode, DecodesByteByByte) {
  Decoded next = decode("\u20ac!");
  EXPECT_EQ(next.rune, char32_t(0x20AC));
  EXPECT_EQ(next.length, 3u);
  EXPECT_TRUE(next.valid);
  for (std::string_view text :
       {"\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xe2\x82", "\x80", "\xf5\x80\x80\x80", "\xe2!\xac"}) {
    next = decode(text);
    EXPECT_EQ(next.rune, replacement);
    EXPECT_EQ(next.length, 1u);
    EXPECT_FALSE(next.valid);
  }
  EXPECT_TRUE(decode("\ufffd").valid);
}

TEST(Unicode, AppendsOnlyScalars) {
  std::string out;
  append(out, 'a');
  append(out, 0xE9);
  append(out, 0x10FFFF);
  append(out, 0xD800);
  append(out, 0x110000);
  EXPECT_EQ(out, "a\u00e9\U0010FFFF\ufffd\ufffd");
}

TEST(Unicode, Classifies) {
  EXPECT_TRUE(isSpace(0x85) && isSpace(0x3000) && isSpace(0x2003));
  EXPECT_FALSE(isSpace(0x200B) || isSpace(0xFEFF));
  EXPECT_TRUE(isLetter(0xE9) && isLetter(0x4E2D) && isLetter(0xAA));
  EXPECT_FALSE(isLetter('_') || isLetter(0x345) || isLetter(0x2160));
  EXPECT_TRUE(isDigit('7') && isDigit(0x0667));
  EXPECT_FALSE(isDigit(0xB2));
  EXPECT_TRUE(isPrint(' ') && isPrint(0xFFFD) && isPrint(0x1F600));
  EXPECT_FALSE(isPrint(0xA0) || isPrint(0xAD) || isPrint(0x7F) ||
               isPrint(0xE000) || isPrint(0x378));
  // Assigned by Unicode 15.1 only.
  EXPECT_FALSE(isLetter(0x2EBF0));
}

TEST(Unicode, Trims) {
  EXPECT_EQ(trim(" \u00a0\u3000a b\u2003\n"), "a b");
  EXPECT_EQ(trim("\u00a0"), "");
  EXPECT_EQ(trim("a\xa0"), "a\xa0");
  EXPECT_EQ(trimLeft(" a "), "a ");
}

TEST(Unicode, MapsCase) {
  EXPECT_EQ(toLower("\u00c9\u0130\u212aX"), "\u00e9ikx");
  EXPECT_EQ(toUpper("\u00e9\u0131\u017f\u00df"), "\u00c9IS\u00df");
  EXPECT_EQ(toLower("\u0100\u0102"), "\u0101\u0103");
  EXPECT_EQ(toLower("A\xff"), "a\ufffd");
  EXPECT_TRUE(equalFold("Stra\u00dfe K", "\u017ftRa\u1e9ee \u212a"));
  EXPECT_TRUE(equalFold("\u03c3", "\u03c2"));
  EXPECT_FALSE(equalFold("a", "ab"));
  EXPECT_FALSE(equalFold("I", "\u0131"));
}

TEST(Unicode, ReplacesInvalidBytes) {
  EXPECT_EQ(toValidUtf8("a\xff\xfe\u00e9"), "a\ufffd\ufffd\u00e9");
}

} // namespace
