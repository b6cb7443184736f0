// SPDX-License-Identifier: Apache-2.0
//
// Decoding follows Go's utf8.DecodeRune, which consumes one byte of a broken
// sequence at a time: surrogates, overlong forms and runes past U+10FFFF come
// out as one replacement character for each of their bytes.
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace llb::unicode {
namespace {

struct Range {
  uint32_t lo, hi;
};

/// Every `stride`-th rune of the range goes to itself plus `delta`.
struct Mapping {
  uint32_t lo, hi;
  int32_t delta;
  uint32_t stride;
};

#include "UnicodeTables.inc"

/// The entry whose range holds `rune`, or null.
template <class T, size_t N>
const T *lookup(const T (&table)[N], char32_t rune) {
  const T *end = std::end(table);
  const T *entry =
      std::lower_bound(std::begin(table), end, rune,
                       [](const T &e, char32_t r) { return e.hi < r; });
  return entry != end && entry->lo <= rune ? entry : nullptr;
}

template <size_t N> char32_t mapRune(const Mapping (&table)[N], char32_t rune) {
  const Mapping *entry = lookup(table, rune);
  if (!entry || (rune - entry->lo) % entry->stride != 0)
    return rune;
  return static_cast<char32_t>(static_cast<int32_t>(rune) + entry->delta);
}

bool isContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

bool isAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80;
  });
}

char asciiLower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }
char asciiUpper(char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; }

template <size_t N>
std::string mapText(std::string_view text, const Mapping (&table)[N],
                    char (*mapAscii)(char)) {
  std::string out(text);
  size_t ascii = 0;
  while (ascii < text.size() &&
         static_cast<unsigned char>(text[ascii]) < 0x80) {
    out[ascii] = mapAscii(text[ascii]);
    ++ascii;
  }
  if (ascii == text.size())
    return out;
  out.resize(ascii);
  text.remove_prefix(ascii);
  while (!text.empty()) {
    Decoded next = decode(text);
    if (next.rune < 0x80)
      out += mapAscii(text.front());
    else
      append(out, mapRune(table, next.rune));
    text.remove_prefix(next.length);
  }
  return out;
}

} // namespace

Decoded decodeLong(std::string_view text) {
  constexpr Decoded broken = {replacement, 1, false};
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(0);
  unsigned length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length)
    return broken;
  char32_t rune = first & (0xFF >> (length + 1));
  for (unsigned i = 1; i < length; ++i) {
    if (!isContinuation(byte(i)))
      return broken;
    rune = rune << 6 | (byte(i) & 0x3F);
  }
  bool overlong =
      (length == 3 && rune < 0x800) || (length == 4 && rune < 0x10000);
  bool surrogate = rune >= 0xD800 && rune <= 0xDFFF;
  if (overlong || surrogate || rune > 0x10FFFF)
    return broken;
  return {rune, length, true};
}

void appendLong(std::string &out, char32_t rune) {
  if (rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF))
    rune = replacement;
  if (rune < 0x800) {
    out += static_cast<char>(0xC0 | rune >> 6);
  } else if (rune < 0x10000) {
    out += static_cast<char>(0xE0 | rune >> 12);
    out += static_cast<char>(0x80 | (rune >> 6 & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | rune >> 18);
    out += static_cast<char>(0x80 | (rune >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (rune >> 6 & 0x3F));
  }
  out += static_cast<char>(0x80 | (rune & 0x3F));
}

bool isLongSpace(char32_t rune) {
  switch (rune) {
  case 0x85:
  case 0xA0:
  case 0x1680:
  case 0x2028:
  case 0x2029:
  case 0x202F:
  case 0x205F:
  case 0x3000:
    return true;
  default:
    return rune >= 0x2000 && rune <= 0x200A;
  }
}

bool isLetter(char32_t rune) {
  if (rune < 0x80)
    return (rune | 0x20) >= 'a' && (rune | 0x20) <= 'z';
  return lookup(letterRanges, rune) != nullptr;
}

bool isDigit(char32_t rune) {
  if (rune < 0x80)
    return rune >= '0' && rune <= '9';
  return lookup(digitRanges, rune) != nullptr;
}

bool isPrint(char32_t rune) {
  if (rune < 0x80)
    return rune >= 0x20 && rune < 0x7F;
  return lookup(printRanges, rune) != nullptr;
}

std::string_view trimLeft(std::string_view text) {
  while (!text.empty()) {
    Decoded next = decode(text);
    if (!isSpace(next.rune))
      break;
    text.remove_prefix(next.length);
  }
  return text;
}

std::string_view trim(std::string_view text) {
  text = trimLeft(text);
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 4 &&
           isContinuation(static_cast<unsigned char>(text[start])))
      --start;
    Decoded last = decode(text.substr(start));
    // A broken tail decodes to something shorter, and is no space.
    if (last.length != text.size() - start || !isSpace(last.rune))
      break;
    text.remove_suffix(last.length);
  }
  return text;
}

std::string toLower(std::string_view text) {
  return mapText(text, lowerMappings, asciiLower);
}

std::string toUpper(std::string_view text) {
  return mapText(text, upperMappings, asciiUpper);
}

bool equalFold(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    // Two letters of ASCII fold to no third.
    if (static_cast<unsigned char>(a.front() | b.front()) < 0x80) {
      if (asciiLower(a.front()) != asciiLower(b.front()))
        return false;
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    Decoded left = decode(a), right = decode(b);
    if (left.rune != right.rune &&
        mapRune(foldMappings, left.rune) != mapRune(foldMappings, right.rune))
      return false;
    a.remove_prefix(left.length);
    b.remove_prefix(right.length);
  }
  return a.empty() && b.empty();
}

bool isValidUtf8(std::string_view text) {
  if (isAscii(text))
    return true;
  while (!text.empty()) {
    Decoded next = decode(text);
    if (!next.valid)
      return false;
    text.remove_prefix(next.length);
  }
  return true;
}

std::string toValidUtf8(std::string_view text) {
  if (isAscii(text))
    return std::string(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    Decoded next = decode(text);
    append(out, next.rune);
    text.remove_prefix(next.length);
  }
  return out;
}

} // namespace llb::unicode
