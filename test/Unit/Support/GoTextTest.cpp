// SPDX-License-Identifier: Apache-2.0
//
// Texts of Go's strconv, time and fmt, of docker/go-units and go-csvvalue.
#include "llb/Support/GoText.h"

#include <gtest/gtest.h>

#include <limits>

using namespace llb::go;

namespace {

constexpr int64_t most = std::numeric_limits<int64_t>::max();
constexpr int64_t least = std::numeric_limits<int64_t>::min();

using Fields = std::vector<std::string>;

TEST(GoText, Quotes) {
  EXPECT_EQ(quote("a\"\\\a\n\x01\x7f"), R"("a\"\\\a\n\x01\x7f")");
  EXPECT_EQ(quote("\u00e9 \u00a0\u200b\ufeff\U000E0001"),
            "\"\u00e9 \\u00a0\\u200b\\ufeff\\U000e0001\"");
  EXPECT_EQ(quote("\xff\ufffd\xe2\x80"), "\"\\xff\ufffd\\xe2\\x80\"");
  EXPECT_EQ(quoteList({"a", "b c"}), R"(["a" "b c"])");
  EXPECT_EQ(plainList({"a", "b c"}), "[a b c]");
  EXPECT_EQ(quoteList({}), "[]");
}

TEST(GoText, ParsesBool) {
  EXPECT_TRUE(parseBool("T").value);
  EXPECT_FALSE(parseBool("False").value);
  EXPECT_TRUE(parseBool("False").ok());
  EXPECT_EQ(parseBool("yes").error,
            "strconv.ParseBool: parsing \"yes\": invalid syntax");
}

TEST(GoText, ParsesIntegers) {
  EXPECT_EQ(parseInt("-0x_1f", 0, 64).value, -31);
  EXPECT_EQ(parseInt("010", 0, 64).value, 8);
  EXPECT_EQ(parseInt("0b11", 0, 8).value, 3);
  EXPECT_EQ(parseInt("-9223372036854775808", 10, 64).value, least);
  EXPECT_EQ(parseInt("9223372036854775808", 10, 64).error,
            "strconv.ParseInt: parsing \"9223372036854775808\": value out of "
            "range");
  EXPECT_EQ(parseInt("128", 10, 8).value, 127);
  EXPECT_FALSE(parseInt("1_0", 10, 64).ok());
  EXPECT_FALSE(parseInt("1__0", 0, 64).ok());
  EXPECT_FALSE(parseInt("+", 10, 64).ok());
  EXPECT_EQ(parseUint("-1", 10, 64).error,
            "strconv.ParseUint: parsing \"-1\": invalid syntax");
  EXPECT_EQ(parseUint("zz", 36, 64).value, 1295u);
  EXPECT_EQ(parseAtoi("+5").value, 5);
  EXPECT_EQ(parseAtoi("x\n").error,
            "strconv.Atoi: parsing \"x\\n\": invalid syntax");
}

TEST(GoText, ParsesDurations) {
  EXPECT_EQ(parseDuration("1h2m3.5s").value, 3'723'500'000'000);
  EXPECT_EQ(parseDuration("-.5ms").value, -500'000);
  EXPECT_EQ(parseDuration("1\u00b5s1\u03bcs1us").value, 3000);
  EXPECT_EQ(parseDuration("+0").value, 0);
  EXPECT_EQ(parseDuration("-9223372036854775808ns").value, least);
  EXPECT_EQ(parseDuration("").error, "time: invalid duration \"\"");
  EXPECT_EQ(parseDuration("9223372036854775808ns").error,
            "time: invalid duration \"9223372036854775808ns\"");
  EXPECT_EQ(parseDuration("3").error, "time: missing unit in duration \"3\"");
  EXPECT_EQ(parseDuration("3\u00e9").error,
            "time: unknown unit \"\\xc3\\xa9\" in duration \"3\\xc3\\xa9\"");
  EXPECT_FALSE(parseDuration(".s").ok());
}

TEST(GoText, PrintsDurations) {
  EXPECT_EQ(formatDuration(0), "0s");
  EXPECT_EQ(formatDuration(999), "999ns");
  EXPECT_EQ(formatDuration(1500), "1.5\u00b5s");
  EXPECT_EQ(formatDuration(100'000'000), "100ms");
  EXPECT_EQ(formatDuration(90'000'000'000), "1m30s");
  EXPECT_EQ(formatDuration(3'600'000'000'000), "1h0m0s");
  EXPECT_EQ(formatDuration(least), "-2562047h47m16.854775808s");
  EXPECT_EQ(formatDuration(most), "2562047h47m16.854775807s");
}

TEST(GoText, PrintsTimes) {
  EXPECT_EQ(formatUnixTime(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(formatUnixTime(951'782'399), "2000-02-28T23:59:59Z");
  EXPECT_EQ(formatUnixTime(951'782'400), "2000-02-29T00:00:00Z");
  EXPECT_EQ(formatUnixTime(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(formatUnixTime(253'402'300'800), "10000-01-01T00:00:00Z");
  EXPECT_EQ(formatUnixTime(-62'167'219'201), "-0001-12-31T23:59:59Z");
}

TEST(GoText, ParsesSizes) {
  EXPECT_EQ(parseRamSize("32").value, 32);
  EXPECT_EQ(parseRamSize("1.5 KiB").value, 1536);
  EXPECT_EQ(parseRamSize("2gB").value, int64_t(2) << 30);
  EXPECT_EQ(parseRamSize("1\u212a").value, 1024);
  EXPECT_EQ(parseRamSize("0x1p4").value, 16);
  EXPECT_EQ(parseRamSize("99999p").value, least);
  EXPECT_EQ(parseRamSize("x").error, "invalid size: 'x'");
  EXPECT_EQ(parseRamSize("-1m").error, "invalid size: '-1m'");
  EXPECT_EQ(parseRamSize("1KB x").error,
            "strconv.ParseFloat: parsing \"1KB\": invalid syntax");
  EXPECT_EQ(parseRamSize("1kibi").error, "invalid suffix: 'kibi'");
  EXPECT_EQ(parseRamSize("1KX").error, "invalid suffix: 'kx'");
  EXPECT_EQ(parseRamSize("1e999").error,
            "strconv.ParseFloat: parsing \"1e999\": value out of range");
  EXPECT_EQ(parseRamSize("1e-999").value, 0);
}

TEST(GoText, ParsesCsv) {
  EXPECT_EQ(parseCsv("a=b,\"c,\"\"d\",").value, (Fields{"a=b", "c,\"d", ""}));
  EXPECT_EQ(parseCsv("a\r\n").value, Fields{"a"});
  EXPECT_EQ(parseCsv("\"\"").value, Fields{""});
  EXPECT_EQ(parseCsv("").error, "EOF");
  EXPECT_EQ(parseCsv("\n").error, "EOF");
  EXPECT_EQ(parseCsv("a,b\"").error,
            "parse error on line 1, column 4: bare \" in non-quoted-field");
  EXPECT_EQ(parseCsv("\"a\"b").error, "parse error on line 1, column 3: "
                                      "extraneous or missing \" in "
                                      "quoted-field");
  EXPECT_EQ(parseCsv("\"a").error, "parse error on line 1, column 2: "
                                   "extraneous or missing \" in quoted-field");
}

} // namespace
