// SPDX-License-Identifier: Apache-2.0
//
// Quoting and comma-separated values as Go prints and reads them. Quoted
// text is bytes, not characters: a byte that is no UTF-8 comes out as `\xNN`,
// while a U+FFFD that was there stays as it is.
#include "llb/Support/GoText.h"

#include "llb/Support/Unicode.h"

#include <algorithm>

namespace llb::go {
namespace {

constexpr char hexDigits[] = "0123456789abcdef";

void appendHex(std::string &out, char32_t value, unsigned digits) {
  for (unsigned shift = 4 * digits; shift != 0; shift -= 4)
    out += hexDigits[value >> (shift - 4) & 15];
}

/// The letter after the backslash of a short escape, or 0.
char shortEscape(char32_t rune) {
  switch (rune) {
  case '"':
  case '\\':
    return static_cast<char>(rune);
  case '\a':
    return 'a';
  case '\b':
    return 'b';
  case '\f':
    return 'f';
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  case '\v':
    return 'v';
  default:
    return 0;
  }
}

/// The number of bytes at the front of `text` that stand for themselves.
size_t plainPrefix(std::string_view text) {
  size_t length = 0;
  while (length < text.size() && text[length] >= ' ' && text[length] <= '~' &&
         text[length] != '"' && text[length] != '\\')
    ++length;
  return length;
}

void appendQuoted(std::string &out, std::string_view text) {
  out += '"';
  while (true) {
    size_t plain = plainPrefix(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty())
      break;
    unicode::Decoded next = unicode::decode(text);
    if (!next.valid) {
      out += "\\x";
      appendHex(out, static_cast<unsigned char>(text.front()), 2);
    } else if (char letter = shortEscape(next.rune)) {
      out += '\\';
      out += letter;
    } else if (unicode::isPrint(next.rune)) {
      out += text.substr(0, next.length);
    } else if (next.rune < 0x80) {
      out += "\\x";
      appendHex(out, next.rune, 2);
    } else if (next.rune < 0x10000) {
      out += "\\u";
      appendHex(out, next.rune, 4);
    } else {
      out += "\\U";
      appendHex(out, next.rune, 8);
    }
    text.remove_prefix(next.length);
  }
  out += '"';
}

Parsed<std::vector<std::string>> csvError(size_t position,
                                          std::string_view what) {
  std::string error = "parse error on line 1, column ";
  error += std::to_string(position + 1);
  error += ": ";
  error += what;
  return {{}, std::move(error)};
}

} // namespace

std::string quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  appendQuoted(out, text);
  return out;
}

std::string quoteList(const std::vector<std::string> &items) {
  std::string out = "[";
  for (size_t i = 0; i < items.size(); ++i) {
    if (i != 0)
      out += ' ';
    appendQuoted(out, items[i]);
  }
  out += ']';
  return out;
}

std::string plainList(const std::vector<std::string> &items) {
  std::string out = "[";
  for (size_t i = 0; i < items.size(); ++i) {
    if (i != 0)
      out += ' ';
    out += items[i];
  }
  out += ']';
  return out;
}

Parsed<std::vector<std::string>> parseCsv(std::string_view text) {
  constexpr std::string_view strayQuote =
      "extraneous or missing \" in quoted-field";
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
    if (text.ends_with('\r'))
      text.remove_suffix(1);
  }
  if (text.empty())
    return {{}, "EOF"};

  std::vector<std::string> fields;
  fields.reserve(std::count(text.begin(), text.end(), ',') + 1);
  size_t at = 0;
  while (true) {
    if (at == text.size() || text[at] != '"') {
      size_t end = text.find(',', at);
      std::string_view field = text.substr(at, end - at);
      size_t bare = field.find('"');
      if (bare != std::string_view::npos)
        return csvError(at + bare, "bare \" in non-quoted-field");
      fields.emplace_back(field);
      if (end == std::string_view::npos)
        return {std::move(fields), {}};
      at = end + 1;
      continue;
    }

    std::string &field = fields.emplace_back();
    for (++at;; ++at) {
      size_t end = text.find('"', at);
      if (end == std::string_view::npos)
        return csvError(at, strayQuote);
      field += text.substr(at, end - at);
      at = end + 1;
      if (at == text.size())
        return {std::move(fields), {}};
      if (text[at] == ',')
        break;
      if (text[at] != '"')
        return csvError(end, strayQuote);
      field += '"';
    }
    // Past the comma: another field follows, though it may be empty.
    ++at;
  }
}

} // namespace llb::go
