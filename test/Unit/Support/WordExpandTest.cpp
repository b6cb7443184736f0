// SPDX-License-Identifier: Apache-2.0
//
// Variable expansion against what BuildKit v0.32.2's shell package gives.
#include "llb/Support/WordExpand.h"

#include <gtest/gtest.h>
#include <map>

using namespace llb;

namespace {

class MapEnv : public EnvGetter {
public:
  MapEnv(std::initializer_list<std::pair<const std::string, std::string>> list)
      : values(list) {}
  const std::string *get(std::string_view name) const override {
    auto found = values.find(name);
    return found == values.end() ? nullptr : &found->second;
  }
  std::vector<std::string> keys() const override {
    std::vector<std::string> names;
    for (const auto &[name, value] : values)
      names.push_back(name);
    return names;
  }

private:
  std::map<std::string, std::string, std::less<>> values;
};

const MapEnv &env() {
  static const MapEnv instance = {{"x", "a.b.c.d"}, {"e", ""},
                                  {"two", "1\n2"},  {"abc", "abc"},
                                  {"9", "nine"},    {"\u00e9", "acute"},
                                  {"star", "a*c*"}, {"bad", "p\xffq"}};
  return instance;
}

std::string expand(std::string_view word, ExpandOptions options = {}) {
  Expanded result = expandWord(word, env(), options);
  return result.ok() ? result.text : "error: " + result.error;
}

std::vector<std::string> words(std::string_view word,
                               ExpandOptions options = {}) {
  return expandWords(word, env(), options).words;
}

using List = std::vector<std::string>;

TEST(WordExpand, QuotesAndEscapes) {
  EXPECT_EQ(expand(R"(a"b"c)"), "abc");
  EXPECT_EQ(expand("'$x'"), "$x");
  EXPECT_EQ(expand(R"("\$x \n")"), R"($x \n)");
  EXPECT_EQ(expand(R"(\a\$x\)"), "a$x");
  ExpandOptions raw;
  raw.rawQuotes = raw.rawEscapes = true;
  EXPECT_EQ(expand(R"('a'"\$"\b)", raw), R"('a'"\$"\b)");
  ExpandOptions backtick;
  backtick.escape = '`';
  EXPECT_EQ(expand(R"(\a`$x)", backtick), R"(\a$x)");
  ExpandOptions body;
  body.skipProcessQuotes = true;
  EXPECT_EQ(expand(R"('$x')", body), "'a.b.c.d'");
}

TEST(WordExpand, Names) {
  EXPECT_EQ(expand("$9a $\u00e9 ${x}y $ $.", {}), "ninea acute a.b.c.dy $ $.");
  EXPECT_EQ(expand("$u|${u}"), "|");
  ExpandOptions keep;
  keep.skipUnsetEnv = true;
  EXPECT_EQ(expand("$u ${u} ${u:-$x} ${u/a/b}", keep),
            "$u ${u} ${u:-a.b.c.d} ${u/a/b}");
}

TEST(WordExpand, Modifiers) {
  EXPECT_EQ(expand("${e:-E}${e-E}${u-U}${u:-U}"), "EUU");
  EXPECT_EQ(expand("${e:+P}${e+P}${u+P}${x:+Q}"), "PQ");
  EXPECT_EQ(expand("${u:-${u:-\"${x}\"}}"), "a.b.c.d");
  EXPECT_EQ(expand("${u?}"),
            "error: failed to process \"${u?}\": u: is not allowed to be "
            "unset");
  EXPECT_EQ(expand("${e:?why}"),
            "error: failed to process \"${e:?why}\": e: why");
}

TEST(WordExpand, Patterns) {
  EXPECT_EQ(expand("${x#*.} ${x##*.} ${x%.*} ${x%%.*}"), "b.c.d d a.b.c a");
  EXPECT_EQ(expand("${x/./_} ${x//./_} ${x/b*/Z}"), "a_b.c.d a_b_c_d a.Z");
  EXPECT_EQ(expand("${abc///z} ${abc//?/[$0]}"), "zazbzcz [][][]");
  EXPECT_EQ(expand(R"(${abc//?/[\$0\$\$\$q]})"),
            R"([\a\$\$\][\b\$\$\][\c\$\$\])");
  EXPECT_EQ(expand(R"(${star#a\*} ${star%\*})"), "c* a*c");
  // A star does not cross a line.
  EXPECT_EQ(expand("${two#*2}"), "1\n2");
  EXPECT_EQ(expand("${two//*/x}"), "x\nx");
  // Brackets are ordinary.
  EXPECT_EQ(expand("${abc/[ab]/x}"), "abc");
  // A suffix is cut by way of code points, even if there is nothing to cut.
  EXPECT_EQ(expand("${bad#z}"), "p\xffq");
  EXPECT_EQ(expand("${bad%z}"), "p\ufffdq");
}

TEST(WordExpand, Errors) {
  auto message = [](std::string_view word) {
    std::string text = expand(word);
    return text.substr(text.rfind(": ") + 2);
  };
  EXPECT_EQ(message("${x"), "unsupported modifier (\ufffd) in substitution");
  EXPECT_EQ(message("${"), "missing '}'");
  EXPECT_EQ(message("${}"), "bad substitution");
  EXPECT_EQ(message("${x:#y}"), "unsupported modifier (:#) in substitution");
  EXPECT_EQ(message("${x:-y"), "missing '}'");
  EXPECT_EQ(message("${x/y}"), "missing '/' in ${}");
  EXPECT_EQ(message("'a"), "unexpected end of statement while looking for "
                           "matching single-quote");
  EXPECT_EQ(message(R"(${x#\q})"), R"(invalid escape '\q')");
  // The pattern of a suffix is named as it is matched: backwards.
  EXPECT_NE(expand(R"(${x%a\q})").find(R"(invalid pattern (\qa))"),
            std::string::npos);
}

TEST(WordExpand, ReportsNames) {
  Expanded result = expandWord("$x ${u:-$v} ${", env(), {});
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.text, "");
  EXPECT_EQ(result.matched, (std::set<std::string>{"x"}));
  // A modifier's word is looked at before the name in front of it.
  EXPECT_EQ(result.unmatched.getArrayRef().vec(), (List{"v", "u"}));
}

TEST(WordExpand, Words) {
  EXPECT_EQ(words("a 'b c' $x"), (List{"a", "b c", "a.b.c.d"}));
  EXPECT_EQ(words("$two"), (List{"1", "2"}));
  EXPECT_EQ(words("'' a"), (List{"a"}));
  // What stood before a substitution with a modifier is lost.
  EXPECT_EQ(words("a${u:-b}"), (List{"b"}));
  EXPECT_EQ(words("cat << EOF <x"), (List{"cat", "<< EOF", "<x"}));
  EXPECT_EQ(words("a 'b"), List());
}

TEST(WordExpand, HostileInput) {
  MapEnv large = {{"a", std::string(1 << 20, 'a')}};
  // A million times a million comparisons are refused.
  Expanded slow = expandWord("${a//?$a/x}", large, {});
  EXPECT_NE(slow.error.find("takes too long"), std::string::npos);
  // Without `?` and `*` in the way the text is skipped through.
  EXPECT_EQ(expandWord("${a//b*c*d*e/x}", large, {}).text.size(), 1u << 20);
  EXPECT_EQ(expandWord("${a//a*b/x}", large, {}).text.size(), 1u << 20);

  std::string deep;
  for (int i = 0; i < 20000; ++i)
    deep += "${u:-";
  EXPECT_NE(expandWord(deep, large, {}).error.find("nest deeper"),
            std::string::npos);
  std::string wide;
  for (int i = 0; i < 100; ++i)
    wide += "$a";
  EXPECT_NE(expandWord(wide, large, {}).error.find("larger than"),
            std::string::npos);
}

} // namespace
