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

/// utf8.DecodeRune; `text` must not be empty.
Decoded decode(std::string_view text);
/// utf8.AppendRune: what is no Unicode scalar value becomes `replacement`.
void append(std::string &out, char32_t rune);

/// unicode.IsSpace, IsLetter, IsDigit and IsPrint.
bool isSpace(char32_t rune);
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
