// SPDX-License-Identifier: Apache-2.0
//
// Reading JSON in two passes, neither of which recurses: one that checks the
// grammar and words errors as encoding/json does, and one that builds values
// from text known to be right. Go's scanner sees a space at the end of the
// text, which is why a truncated literal is an invalid character ' '.
#include "llb/Support/GoJson.h"

#include "llb/Support/Ascii.h"
#include "llb/Support/GoText.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <cstdint>

namespace llb::go {
namespace {

constexpr size_t maxDepth = 10'000;

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Whether a byte of a string is a character of its own and stands for it.
bool isPlain(char c) {
  return static_cast<unsigned char>(c - 0x20) < 0x60 && c != '"' && c != '\\';
}

/// Shows a byte as the rune of the same number, in single quotes.
std::string quoteByte(char c) {
  if (c == '\'')
    return R"('\'')";
  if (c == '"')
    return R"('"')";
  std::string rune;
  unicode::append(rune, static_cast<unsigned char>(c));
  std::string quoted = quote(rune);
  quoted.front() = quoted.back() = '\'';
  return quoted;
}

class Checker {
public:
  explicit Checker(std::string_view text) : text(text) {}

  /// Whether the whole text is one value; if not, `error` says why.
  bool run();

  std::string error;

private:
  enum class Want { Value, ValueOrEnd, Key, KeyOrEnd, Colon, Next };

  char peek() const { return at < text.size() ? text[at] : ' '; }
  bool fail(std::string_view context);
  bool failAtEnd();
  bool checkString();
  bool checkNumber();
  bool checkDigits(std::string_view context);
  bool checkWord(std::string_view word);
  bool checkValue(Want &next);
  bool checkNext(Want &next);

  std::string_view text;
  size_t at = 0;
  /// The brackets that are open.
  std::string open;
};

bool Checker::fail(std::string_view context) {
  error = "invalid character " + quoteByte(peek()) + " ";
  error += context;
  return false;
}

bool Checker::failAtEnd() {
  error = "unexpected end of JSON input";
  return false;
}

bool Checker::run() {
  Want want = Want::Value;
  while (true) {
    while (at < text.size() && isSpace(text[at]))
      ++at;
    bool complete = want == Want::Next && open.empty();
    if (at == text.size())
      return complete || failAtEnd();
    char c = text[at];
    bool ends = (want == Want::KeyOrEnd && c == '}') ||
                (want == Want::ValueOrEnd && c == ']');
    if (ends) {
      open.pop_back();
      want = Want::Next;
      ++at;
      continue;
    }
    switch (want) {
    case Want::Next:
      if (!checkNext(want))
        return false;
      break;
    case Want::Colon:
      if (c != ':')
        return fail("after object key");
      want = Want::Value;
      ++at;
      break;
    case Want::Key:
    case Want::KeyOrEnd:
      if (c != '"')
        return fail("looking for beginning of object key string");
      if (!checkString())
        return false;
      want = Want::Colon;
      break;
    case Want::Value:
    case Want::ValueOrEnd:
      if (!checkValue(want))
        return false;
      break;
    }
  }
}

bool Checker::checkNext(Want &next) {
  if (open.empty())
    return fail("after top-level value");
  bool object = open.back() == '{';
  char c = text[at];
  if (c == ',')
    next = object ? Want::Key : Want::Value;
  else if (c == (object ? '}' : ']'))
    open.pop_back();
  else
    return fail(object ? "after object key:value pair" : "after array element");
  ++at;
  return true;
}

bool Checker::checkValue(Want &next) {
  char c = text[at];
  next = Want::Next;
  if (c == '{' || c == '[') {
    if (open.size() == maxDepth)
      return fail("exceeded max depth");
    open += c;
    next = c == '{' ? Want::KeyOrEnd : Want::ValueOrEnd;
    ++at;
    return true;
  }
  if (c == '"')
    return checkString();
  if (c == '-' || ascii::isDigit(c))
    return checkNumber();
  if (c == 't')
    return checkWord("true");
  if (c == 'f')
    return checkWord("false");
  if (c == 'n')
    return checkWord("null");
  return fail("looking for beginning of value");
}

bool Checker::checkString() {
  for (++at; at < text.size(); ++at) {
    char c = text[at];
    if (isPlain(c))
      continue;
    if (c == '"') {
      ++at;
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20)
      return fail("in string literal");
    if (c != '\\')
      continue;
    ++at;
    if (std::string_view("bfnrt\\/\"u").find(peek()) == std::string_view::npos)
      return fail("in string escape code");
    if (peek() != 'u')
      continue;
    for (int i = 0; i < 4; ++i) {
      ++at;
      if (ascii::hexValue(peek()) < 0)
        return fail("in \\u hexadecimal character escape");
    }
  }
  return failAtEnd();
}

bool Checker::checkDigits(std::string_view context) {
  if (!ascii::isDigit(peek()))
    return fail(context);
  while (ascii::isDigit(peek()))
    ++at;
  return true;
}

bool Checker::checkNumber() {
  if (peek() == '-')
    ++at;
  if (peek() == '0')
    ++at;
  else if (!checkDigits("in numeric literal"))
    return false;
  if (peek() == '.') {
    ++at;
    if (!checkDigits("after decimal point in numeric literal"))
      return false;
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at;
    if (peek() == '+' || peek() == '-')
      ++at;
    return checkDigits("in exponent of numeric literal");
  }
  return true;
}

bool Checker::checkWord(std::string_view word) {
  for (size_t i = 0; i < word.size(); ++i, ++at)
    if (peek() != word[i])
      return fail("in literal " + std::string(word) + " (expecting '" +
                  word[i] + "')");
  return true;
}

class Builder {
public:
  explicit Builder(std::string_view text) : text(text) {}

  JsonValue run();

private:
  void readValue(JsonValue &value);
  std::string readString();
  char32_t readHex();

  std::string_view text;
  size_t at = 0;
  /// The containers being filled. Their own place does not move meanwhile, as
  /// nothing is added to a container while one inside it is open.
  std::vector<JsonValue *> open;
};

JsonValue Builder::run() {
  JsonValue root;
  while (at < text.size()) {
    char c = text[at];
    if (isSpace(c) || c == ',' || c == ':') {
      ++at;
      continue;
    }
    if (c == '}' || c == ']') {
      open.pop_back();
      ++at;
      continue;
    }
    if (open.empty()) {
      readValue(root);
    } else if (open.back()->kind == JsonValue::Kind::Array) {
      readValue(open.back()->items.emplace_back());
    } else {
      auto &member = open.back()->members.emplace_back();
      member.first = readString();
      while (isSpace(text[at]) || text[at] == ':')
        ++at;
      readValue(member.second);
    }
  }
  return root;
}

void Builder::readValue(JsonValue &value) {
  using Kind = JsonValue::Kind;
  size_t start = at;
  switch (text[at]) {
  case '{':
  case '[':
    value.kind = text[at] == '{' ? Kind::Object : Kind::Array;
    open.push_back(&value);
    ++at;
    return;
  case '"':
    value.kind = Kind::String;
    value.text = readString();
    return;
  case 't':
  case 'f':
    value.kind = Kind::Bool;
    value.boolean = text[at] == 't';
    at += value.boolean ? 4 : 5;
    return;
  case 'n':
    at += 4;
    return;
  default:
    value.kind = Kind::Number;
    at = std::min(text.find_first_not_of("0123456789+-.eE", at), text.size());
    value.text = text.substr(start, at - start);
  }
}

/// Reads the four digits behind `\u`.
char32_t Builder::readHex() {
  char32_t rune = 0;
  for (int i = 0; i < 4; ++i)
    rune = rune << 4 | static_cast<char32_t>(ascii::hexValue(text[at++]));
  return rune;
}

std::string Builder::readString() {
  std::string out;
  ++at;
  for (;;) {
    size_t start = at;
    while (isPlain(text[at]))
      ++at;
    out.append(text, start, at - start);
    if (text[at] == '"')
      break;
    if (text[at] != '\\') {
      unicode::Decoded next = unicode::decode(text.substr(at));
      unicode::append(out, next.rune);
      at += next.length;
      continue;
    }
    char letter = text[at + 1];
    at += 2;
    if (letter != 'u') {
      constexpr std::string_view letters = "bfnrt", meanings = "\b\f\n\r\t";
      size_t index = letters.find(letter);
      out += index == std::string_view::npos ? letter : meanings[index];
      continue;
    }
    char32_t rune = readHex();
    bool high = rune >= 0xD800 && rune < 0xDC00;
    if (high && text.substr(at, 2) == "\\u") {
      size_t before = at;
      at += 2;
      char32_t low = readHex();
      if (low >= 0xDC00 && low < 0xE000)
        rune = 0x10000 + ((rune - 0xD800) << 10 | (low - 0xDC00));
      else
        at = before;
    }
    // A surrogate that is alone is appended as the replacement character.
    unicode::append(out, rune);
  }
  ++at;
  return out;
}

} // namespace

bool isJson(std::string_view text) { return Checker(text).run(); }

std::optional<JsonValue> parseJson(std::string_view text, std::string *error) {
  Checker checker(text);
  if (!checker.run()) {
    if (error)
      *error = std::move(checker.error);
    return std::nullopt;
  }
  return Builder(text).run();
}

} // namespace llb::go
