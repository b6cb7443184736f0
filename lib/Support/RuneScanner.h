// SPDX-License-Identifier: Apache-2.0
//
// Code points of a word, one by one, as Go's text/scanner gives them: a byte
// that is no UTF-8 is U+FFFD, and a byte-order mark at the start is dropped.
#ifndef LLB_LIB_SUPPORT_RUNESCANNER_H
#define LLB_LIB_SUPPORT_RUNESCANNER_H

#include "llb/Support/Unicode.h"

#include <string>

namespace llb {

/// Stands for the end of input; prints as U+FFFD, as Go's -1 does.
inline constexpr char32_t endOfInput = 0xFFFFFFFF;

inline void appendRune(std::string &out, char32_t rune) {
  unicode::append(out, rune == endOfInput ? unicode::replacement : rune);
}

/// Reads code points with one of look-ahead.
class RuneScanner {
public:
  explicit RuneScanner(std::string_view text) : rest(text) {
    if (rest.starts_with("\xEF\xBB\xBF"))
      rest.remove_prefix(3);
    fetch();
  }

  char32_t peek() const { return current; }
  bool atEnd() const { return current == endOfInput; }
  char32_t next() {
    char32_t rune = current;
    if (rune != endOfInput)
      fetch();
    return rune;
  }

private:
  void fetch() {
    if (rest.empty()) {
      current = endOfInput;
      return;
    }
    unicode::Decoded decoded = unicode::decode(rest);
    current = decoded.rune;
    rest.remove_prefix(decoded.length);
  }

  std::string_view rest;
  char32_t current = endOfInput;
};

} // namespace llb

#endif
