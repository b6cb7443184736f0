// SPDX-License-Identifier: Apache-2.0
//
// One table for bytes on their own, and a second look at lines with bytes above
// 0x7F for the few sequences that mean something.
#include "ByteClasses.h"

#include "llb/Support/Unicode.h"

#include <array>

namespace llb::frontend {
namespace {

enum Class : char {
  Control = 0x00,
  High = 0x01,
  LoneByteSpace = 0x02,
  SpaceFirst = 0x03,
  SpaceLater = 0x04,
  SpaceLaterByteSpace = 0x05,
  BacktickEscape = 0x06,
  PlainBackslash = 0x07,
  LetterLater = 0x0E,
};

constexpr std::array<char, 256> makeTable(char escape) {
  std::array<char, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    bool isSpace = i >= '\t' && i <= '\r';
    table[i] = i >= 0x80              ? char(High)
               : i < 0x20 && !isSpace ? char(Control)
                                      : static_cast<char>(i);
  }
  table[0x85] = LoneByteSpace;
  table[0xA0] = LoneByteSpace;
  if (escape == '`') {
    table['`'] = BacktickEscape;
    table['\\'] = PlainBackslash;
  }
  return table;
}

constexpr std::array<char, 256> backslashTable = makeTable('\\');
constexpr std::array<char, 256> backtickTable = makeTable('`');

/// Marks white space beyond ASCII, the Kelvin sign and the dotted capital I.
void markSequences(char *classes, std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    unicode::Decoded decoded = unicode::decode(text.substr(i));
    if (decoded.valid && unicode::isSpace(decoded.rune)) {
      classes[i] = SpaceFirst;
      for (unsigned k = 1; k < decoded.length; ++k)
        classes[i + k] =
            isByteSpace(text[i + k]) ? SpaceLaterByteSpace : SpaceLater;
    } else if (decoded.rune == 0x212A || decoded.rune == 0x0130) {
      classes[i] = decoded.rune == 0x212A ? 'k' : 'i';
      for (unsigned k = 1; k < decoded.length; ++k)
        classes[i + k] = LetterLater;
    }
    i += decoded.length;
  }
}

} // namespace

void appendByteClasses(std::string &out, std::string_view text, char escape) {
  const auto &table = escape == '`' ? backtickTable : backslashTable;
  size_t begin = out.size();
  out.resize(begin + text.size());
  char *classes = out.data() + begin;
  unsigned char all = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = text[i];
    all |= byte;
    classes[i] = table[byte];
  }
  if (all & 0x80)
    markSequences(classes, text);
}

} // namespace llb::frontend
