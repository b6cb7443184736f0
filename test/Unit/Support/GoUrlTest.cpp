// SPDX-License-Identifier: Apache-2.0
//
// Go 1.26's net/url.
#include "llb/Support/GoUrl.h"

#include <gtest/gtest.h>

using namespace llb::go;

namespace {

std::string again(std::string_view text) {
  std::optional<Url> url = Url::parse(text);
  return url ? url->strWithoutOptions() : "none";
}

TEST(GoUrl, SplitsParts) {
  std::optional<Url> url =
      Url::parse("HTTP://u%40:p%3a@[fe80::1%25en0]:8/a%2Fb%20c?x=1#f%20");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "http");
  EXPECT_EQ(url->user, "u@");
  EXPECT_EQ(url->password, "p:");
  EXPECT_EQ(url->host, "[fe80::1%en0]:8");
  EXPECT_EQ(url->path, "/a/b c");
  EXPECT_EQ(url->rawPath, "/a%2Fb%20c");
  EXPECT_EQ(url->rawQuery, "x=1");
  EXPECT_EQ(url->fragment, "f ");
}

TEST(GoUrl, PrintsAgain) {
  EXPECT_EQ(again("HTTP://h/a b#x"), "http://h/a%20b");
  EXPECT_EQ(again("https://h/%7Ea/%2F?q"), "https://h/%7Ea/%2F");
  EXPECT_EQ(again("https://u:p@h/a?"), "https://u:p@h/a?");
  EXPECT_EQ(again("mailto:a@b"), "mailto:a@b");
  EXPECT_EQ(again("file:/a"), "file:/a");
  EXPECT_EQ(again("./a:b"), "./a:b");
  EXPECT_EQ(again("git://"), "git:");
}

TEST(GoUrl, NamesHosts) {
  auto nameIn = [](std::string_view text) {
    std::optional<Url> url = Url::parse(text);
    return url ? url->hostname() : "none";
  };
  EXPECT_EQ(nameIn("https://u@p:x@h.example:8443/a:1"), "h.example");
  EXPECT_EQ(nameIn("https://h?x@y:1"), "h");
  EXPECT_EQ(nameIn("ssh://[fe80::1%25en0]:22/a"), "fe80::1%en0");
  EXPECT_EQ(nameIn("http://[::1]/"), "::1");
  EXPECT_EQ(nameIn("http://h:/"), "h");
  EXPECT_EQ(nameIn("git@h:a/b"), "none");
}

TEST(GoUrl, RejectsBadUrls) {
  for (std::string_view text :
       {"http://a b/", "http://h:x/", "http://h:1:2/", "http://[::1/",
        "http://[1.2.3.4]/", "http://[1::2::3]/", "http://h%20/", "a b:c", ":a",
        "http://h/%zz", "http://h/\x01", "http://h/#%z", "http://u{@h/"})
    EXPECT_FALSE(Url::parse(text)) << text;
}

TEST(GoUrl, ReadsQueries) {
  std::string error;
  UrlValues values = parseUrlQuery("b=1&a&b=x+y%21&=z&c;d&%zz=1", &error);
  ASSERT_EQ(values.size(), 3u);
  EXPECT_EQ(values[0].first, "b");
  EXPECT_EQ(values[0].second, (std::vector<std::string>{"1", "x y!"}));
  EXPECT_EQ(values[1].second, std::vector<std::string>{""});
  EXPECT_EQ(values[2].first, "");
  EXPECT_EQ(error, "invalid semicolon separator in query");
  EXPECT_EQ(unescapeUrlPath("a+%2").error, "invalid URL escape \"%2\"");
  EXPECT_EQ(unescapeUrlPath("a+%2b").value, "a++");
}

} // namespace
