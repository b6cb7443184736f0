// SPDX-License-Identifier: Apache-2.0
//
// Writing JSON as encoding/json does. Unless told otherwise it escapes `<`, `>`
// and `&`, and always U+2028 and U+2029; an invalid byte becomes the six
// characters `\ufffd`, not the encoded rune.
#include "llb/Support/GoJson.h"

#include "llb/Support/Unicode.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace llb::go {
namespace {

constexpr char hexDigits[] = "0123456789abcdef";
constexpr char base64Digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void appendEscape(std::string &out, unsigned value) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += hexDigits[value >> shift & 15];
}

constexpr bool isHtml(char c) { return c == '<' || c == '>' || c == '&'; }

void appendAscii(std::string &out, char c, bool escapeHtml) {
  switch (c) {
  case '"':
  case '\\':
    out += '\\';
    out += c;
    return;
  case '\b':
    out += "\\b";
    return;
  case '\f':
    out += "\\f";
    return;
  case '\n':
    out += "\\n";
    return;
  case '\r':
    out += "\\r";
    return;
  case '\t':
    out += "\\t";
    return;
  default:
    if (c < 0x20 || (escapeHtml && isHtml(c)))
      appendEscape(out, static_cast<unsigned char>(c));
    else
      out += c;
  }
}

/// The number of bytes at the front of `text` that any JSON string holds as
/// they are.
size_t plainPrefix(std::string_view text) {
  static constexpr auto plain = [] {
    std::array<bool, 256> table{};
    for (int c = 0x20; c < 0x80; ++c)
      table[c] = c != '"' && c != '\\' && !isHtml(static_cast<char>(c));
    return table;
  }();
  size_t length = 0;
  while (length < text.size() &&
         plain[static_cast<unsigned char>(text[length])])
    ++length;
  return length;
}

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// U+2028 or U+2029 at `at`, encoded.
bool isLineSeparator(std::string_view text, size_t at) {
  std::string_view rune = text.substr(at, 3);
  return rune == "\xe2\x80\xa8" || rune == "\xe2\x80\xa9";
}

int base64Value(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

} // namespace

void appendJsonString(std::string &out, std::string_view text,
                      bool escapeHtml) {
  out += '"';
  while (true) {
    size_t plain = plainPrefix(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty())
      break;
    unicode::Decoded next = unicode::decode(text);
    if (next.rune < 0x80)
      appendAscii(out, text.front(), escapeHtml);
    else if (!next.valid || next.rune == 0x2028 || next.rune == 0x2029)
      appendEscape(out, next.rune);
    else
      out += text.substr(0, next.length);
    text.remove_prefix(next.length);
  }
  out += '"';
}

std::string jsonString(std::string_view text, bool escapeHtml) {
  std::string out;
  out.reserve(text.size() + 2);
  appendJsonString(out, text, escapeHtml);
  return out;
}

std::string base64(std::string_view data) {
  std::string out;
  out.reserve((data.size() + 2) / 3 * 4);
  for (; !data.empty(); data.remove_prefix(std::min<size_t>(3, data.size()))) {
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i)
      bits = bits << 8 |
             (i < data.size() ? static_cast<unsigned char>(data[i]) : 0);
    for (size_t i = 0; i < 4; ++i)
      out += i <= data.size() ? base64Digits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

std::optional<std::string> decodeBase64(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  unsigned digits = 0, padding = 0;
  for (char c : text) {
    if (c == '\r' || c == '\n')
      continue;
    if (c == '=') {
      // Padding completes the last group and nothing follows it.
      if (digits < 2 || digits + ++padding > 4)
        return std::nullopt;
      continue;
    }
    int value = base64Value(c);
    if (value < 0 || padding != 0)
      return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (++digits < 4)
      continue;
    out += static_cast<char>(bits >> 16);
    out += static_cast<char>(bits >> 8);
    out += static_cast<char>(bits);
    bits = 0;
    digits = 0;
  }
  if (digits == 0)
    return out;
  if (digits + padding != 4)
    return std::nullopt;
  bits <<= 6 * padding;
  out += static_cast<char>(bits >> 16);
  if (digits == 3)
    out += static_cast<char>(bits >> 8);
  return out;
}

JsonValue::JsonValue() = default;
JsonValue::JsonValue(const JsonValue &) = default;
JsonValue::JsonValue(JsonValue &&) noexcept = default;
JsonValue &JsonValue::operator=(const JsonValue &) = default;
JsonValue &JsonValue::operator=(JsonValue &&) noexcept = default;
JsonValue::~JsonValue() = default;

const JsonValue *JsonValue::find(std::string_view name) const {
  const JsonValue *found = nullptr;
  for (const auto &[key, value] : members)
    if (unicode::equalFold(key, name))
      found = &value;
  return found;
}

std::string JsonValue::textOf(std::string_view name) const {
  const JsonValue *value = find(name);
  return value ? value->text : std::string();
}

static void appendJson(std::string &out, const JsonValue &value) {
  switch (value.kind) {
  case JsonValue::Kind::Null:
    out += "null";
    return;
  case JsonValue::Kind::Bool:
    out += value.boolean ? "true" : "false";
    return;
  case JsonValue::Kind::Number:
    out += value.text;
    return;
  case JsonValue::Kind::String:
    appendJsonString(out, value.text);
    return;
  case JsonValue::Kind::Array:
    out += '[';
    for (size_t i = 0; i < value.items.size(); ++i) {
      if (i != 0)
        out += ',';
      appendJson(out, value.items[i]);
    }
    out += ']';
    return;
  case JsonValue::Kind::Object:
    out += '{';
    for (size_t i = 0; i < value.members.size(); ++i) {
      if (i != 0)
        out += ',';
      appendJsonString(out, value.members[i].first);
      out += ':';
      appendJson(out, value.members[i].second);
    }
    out += '}';
    return;
  }
}

std::string renderJson(const JsonValue &value) {
  std::string out;
  appendJson(out, value);
  return out;
}

std::optional<std::string> compactJson(std::string_view text) {
  if (!isJson(text))
    return std::nullopt;
  std::string out;
  out.reserve(text.size());
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (!inString && isSpace(c))
      continue;
    if (isHtml(c)) {
      appendEscape(out, static_cast<unsigned char>(c));
      continue;
    }
    if (isLineSeparator(text, i)) {
      appendEscape(out, text[i + 2] == '\xa8' ? 0x2028 : 0x2029);
      i += 2;
      continue;
    }
    out += c;
    if (c == '"')
      inString = !inString;
    else if (c == '\\')
      out += text[++i];
  }
  return out;
}

std::string indentJson(std::string_view compact) {
  std::string out;
  size_t depth = 0;
  bool inString = false, opened = false;
  auto newLine = [&] {
    out += '\n';
    out.append(2 * depth, ' ');
  };
  for (size_t i = 0; i < compact.size(); ++i) {
    char c = compact[i];
    if (!inString && isSpace(c))
      continue;
    bool closes = !inString && (c == '}' || c == ']');
    if (closes && !opened) {
      if (depth > 0)
        --depth;
      newLine();
    } else if (!closes && opened) {
      ++depth;
      newLine();
    }
    opened = false;
    out += c;
    if (inString && c == '\\' && i + 1 < compact.size())
      out += compact[++i];
    else if (c == '"')
      inString = !inString;
    if (inString)
      continue;
    if (c == '{' || c == '[')
      opened = true;
    else if (c == ',')
      newLine();
    else if (c == ':')
      out += ' ';
  }
  return out;
}

} // namespace llb::go
