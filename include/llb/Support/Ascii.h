// SPDX-License-Identifier: Apache-2.0
//
// Classes of ASCII characters. The standard library's depend on the locale;
// here a byte above 0x7F is in no class. Namespaced, so that they can be passed
// by name and do not meet those of unicode:: or LLVM.
#ifndef LLB_SUPPORT_ASCII_H
#define LLB_SUPPORT_ASCII_H

namespace llb::ascii {

constexpr bool isDigit(char32_t c) { return c >= '0' && c <= '9'; }
constexpr bool isLower(char32_t c) { return c >= 'a' && c <= 'z'; }
constexpr bool isUpper(char32_t c) { return c >= 'A' && c <= 'Z'; }
constexpr bool isLetter(char32_t c) { return isLower(c) || isUpper(c); }
constexpr bool isAlnum(char32_t c) { return isLetter(c) || isDigit(c); }

/// The value of a hexadecimal digit of either case; -1 for anything else.
constexpr int hexValue(char32_t c) {
  if (isDigit(c))
    return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f')
    return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F')
    return static_cast<int>(c - 'A') + 10;
  return -1;
}

constexpr char toLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace llb::ascii

#endif
