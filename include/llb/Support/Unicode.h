// SPDX-License-Identifier: Apache-2.0
//
// UTF-8 decoding and the Unicode classes that Go's unicode package gives and
// BuildKit's scanners use.
#ifndef LLB_SUPPORT_UNICODE_H
#define LLB_SUPPORT_UNICODE_H

#include <string>
#include <string_view>

namespace llb::unicode {

inline constexpr char32_t replacement = 0xFFFD;

struct Decoded {
  char32_t rune;
  /// Bytes consumed; 1 for an invalid byte, whose rune is `replacement`.
  unsigned length;
  /// False only for an invalid byte.
  bool valid;
};

/// What `decode`, `append` and `isSpace` do beyond ASCII.
Decoded decodeLong(std::string_view text);
void appendLong(std::string &out, char32_t rune);
bool isLongSpace(char32_t rune);

/// utf8.DecodeRune; `text` must not be empty.
inline Decoded decode(std::string_view text) {
  auto first = static_cast<unsigned char>(text.front());
  return first < 0x80 ? Decoded{first, 1, true} : decodeLong(text);
}
/// utf8.AppendRune: what is no Unicode scalar value becomes `replacement`.
inline void append(std::string &out, char32_t rune) {
  if (rune < 0x80)
    out += static_cast<char>(rune);
  else
    appendLong(out, rune);
}

/// unicode.IsSpace, IsLetter, IsDigit and IsPrint.
inline bool isSpace(char32_t rune) {
  return rune < 0x80 ? rune == ' ' || (rune >= '\t' && rune <= '\r')
                     : isLongSpace(rune);
}
bool isLetter(char32_t rune);
bool isDigit(char32_t rune);
bool isPrint(char32_t rune);

/// strings.TrimSpace, TrimLeftFunc(IsSpace), strings.ToLower and ToUpper, which
/// replace invalid bytes when they change the case of a text.
std::string_view trim(std::string_view text);
std::string_view trimLeft(std::string_view text);
std::string toLower(std::string_view text);
std::string toUpper(std::string_view text);
/// strings.EqualFold for ASCII and simple folding.
bool equalFold(std::string_view a, std::string_view b);
/// utf8.ValidString.
bool isValidUtf8(std::string_view text);
/// Invalid bytes become U+FFFD, one each (strings.ToValidUTF8 does runs).
std::string toValidUtf8(std::string_view text);

} // namespace llb::unicode

#endif
