// SPDX-License-Identifier: Apache-2.0
//
// Errors and results are those of encoding/json in Go 1.26.
#include "llb/Support/GoJson.h"

#include <gtest/gtest.h>

using namespace llb::go;

namespace {

std::string errorOf(std::string_view text) {
  std::string error;
  EXPECT_FALSE(parseJson(text, &error)) << text;
  return error;
}

std::string stringOf(std::string_view text) {
  std::optional<JsonValue> value = parseJson(text);
  EXPECT_TRUE(value && value->kind == JsonValue::Kind::String) << text;
  return value ? value->text : "";
}

TEST(GoJson, EscapesStrings) {
  EXPECT_EQ(jsonString("a\"\\\n\t\b\f\r\x01\x7f/"),
            "\"a\\\"\\\\\\n\\t\\b\\f\\r\\u0001\x7f/\"");
  EXPECT_EQ(jsonString("<&>"), R"("\u003c\u0026\u003e")");
  EXPECT_EQ(jsonString("<&>", /*escapeHtml=*/false), "\"<&>\"");
  EXPECT_EQ(jsonString("\u2028\u2029\xff\u00e9"),
            "\"\\u2028\\u2029\\ufffd\u00e9\"");
}

TEST(GoJson, DecodesStrings) {
  EXPECT_EQ(stringOf(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(stringOf(R"("\u00e9\uD83D\uDE00")"), "\u00e9\U0001F600");
  EXPECT_EQ(stringOf(R"("\ud83dx")"), "\ufffdx");
  EXPECT_EQ(stringOf(R"("\ud83d\u0041")"), "\ufffdA");
  EXPECT_EQ(stringOf(R"("\ude00")"), "\ufffd");
  EXPECT_EQ(stringOf("\"\xed\xa0\x80\""), "\ufffd\ufffd\ufffd");
}

TEST(GoJson, KeepsOrderAndNumbers) {
  std::optional<JsonValue> value =
      parseJson(" {\"b\": [1e5, -0, true, null], \"a\": {}, \"B\": \"last\"} ");
  ASSERT_TRUE(value);
  ASSERT_EQ(value->members.size(), 3u);
  EXPECT_EQ(value->members[0].first, "b");
  const JsonValue &list = value->members[0].second;
  ASSERT_EQ(list.items.size(), 4u);
  EXPECT_EQ(list.items[0].text, "1e5");
  EXPECT_EQ(list.items[1].text, "-0");
  EXPECT_TRUE(list.items[2].boolean);
  EXPECT_EQ(list.items[3].kind, JsonValue::Kind::Null);
  ASSERT_TRUE(value->find("b"));
  EXPECT_EQ(value->find("b")->text, "last");
  EXPECT_FALSE(value->find("c"));
}

TEST(GoJson, WordsErrors) {
  EXPECT_EQ(errorOf(""), "unexpected end of JSON input");
  EXPECT_EQ(errorOf("\"a"), "unexpected end of JSON input");
  EXPECT_EQ(errorOf("tru"),
            "invalid character ' ' in literal true (expecting 'e')");
  EXPECT_EQ(errorOf("1 2"), "invalid character '2' after top-level value");
  EXPECT_EQ(errorOf("[1,]"),
            "invalid character ']' looking for beginning of value");
  EXPECT_EQ(errorOf("[1 2]"), "invalid character '2' after array element");
  EXPECT_EQ(errorOf("{\"a\" 1}"), "invalid character '1' after object key");
  EXPECT_EQ(errorOf("{\"a\":1 1}"),
            "invalid character '1' after object key:value pair");
  EXPECT_EQ(errorOf("{'a'}"), "invalid character '\\'' looking for beginning "
                              "of object key string");
  EXPECT_EQ(errorOf("01"), "invalid character '1' after top-level value");
  EXPECT_EQ(errorOf("1."), "invalid character ' ' after decimal point in "
                           "numeric literal");
  EXPECT_EQ(errorOf("\"\n\""), "invalid character '\\n' in string literal");
  EXPECT_EQ(errorOf("\"\\x\""), "invalid character 'x' in string escape code");
  EXPECT_EQ(errorOf("\xff"), "invalid character '\u00ff' looking for beginning "
                             "of value");
}

TEST(GoJson, LimitsDepth) {
  auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  std::optional<JsonValue> value = parseJson(nested(10'000));
  ASSERT_TRUE(value);
  // That a copy can be made of it is what is tested.
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
  JsonValue copy = *value;
  EXPECT_EQ(copy.items.size(), 1u);
  EXPECT_EQ(errorOf(nested(10'001)),
            "invalid character '[' exceeded max depth");
  EXPECT_EQ(errorOf(std::string(1'000'000, '[')),
            "invalid character '[' exceeded max depth");
}

TEST(GoJson, CompactsAndIndents) {
  EXPECT_EQ(compactJson(" { \"a b\" : [ 1 , \"<\\\"\u2028\" ] } "),
            "{\"a b\":[1,\"\\u003c\\\"\\u2028\"]}");
  EXPECT_FALSE(compactJson("{"));
  EXPECT_EQ(indentJson(R"({"a":[1,{}],"b":[]})"),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

TEST(GoJson, CodesBase64) {
  for (std::string_view text : {"", "a", "ab", "abc", "\xff\xfe\xfd\xfc"})
    EXPECT_EQ(decodeBase64(base64(text)), text);
  EXPECT_EQ(base64("ab"), "YWI=");
  EXPECT_EQ(decodeBase64("Y\nWI=\r\n"), "ab");
  for (std::string_view text : {"YWI", "YWI==", "Y===", "YW-_", "YWI=a", "="})
    EXPECT_FALSE(decodeBase64(text)) << text;
}

} // namespace
