// SPDX-License-Identifier: Apache-2.0
//
// One table for bytes on their own, and a second look at lines with bytes above
// 0x7F for the few sequences that mean something.
#include "ByteClasses.h"

#include "llb/AST/Words.h"
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
  Joint = 0x0F,
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

bool isOnbuild(std::string_view word) {
  return ast::stmtKindNamed(word, ast::Vocabulary::Ick) ==
             ast::StmtKind::Onbuild ||
         ast::stmtKindNamed(word, ast::Vocabulary::Docker) ==
             ast::StmtKind::Onbuild;
}

constexpr std::string_view blanks = " \t\v\f\r";

/// Whether `rest` starts with the two words of `spelling`, with blanks between
/// them; where these are.
bool startsWithTwoWords(std::string_view rest, std::string_view spelling,
                        size_t &begin, size_t &end) {
  size_t space = spelling.find(' ');
  if (space == std::string_view::npos)
    return false;
  std::string_view second = spelling.substr(space + 1);
  begin = rest.find_first_of(blanks);
  if (begin != space ||
      !unicode::equalFold(rest.substr(0, begin), spelling.substr(0, space)))
    return false;
  end = rest.find_first_not_of(blanks, begin);
  if (end == std::string_view::npos)
    return false;
  std::string_view word = rest.substr(end);
  return unicode::equalFold(word.substr(0, word.find_first_of(blanks)), second);
}

} // namespace

void joinTwoWords(std::string &classes, std::string_view text) {
  size_t first = classes.size() - text.size();
  size_t at = 0;
  for (;;) {
    std::string_view rest = text.substr(at);
    for (ast::StmtKind kind : ast::allStmtKinds)
      for (std::string_view spelling :
           ast::spellings(kind, ast::Vocabulary::Ick)) {
        size_t begin, end;
        if (startsWithTwoWords(rest, spelling, begin, end)) {
          std::fill_n(classes.begin() + first + at + begin, end - begin, Joint);
          return;
        }
      }
    size_t end = rest.find_first_of(blanks);
    if (end == std::string_view::npos || !isOnbuild(rest.substr(0, end)))
      return;
    at += end;
    at = text.find_first_not_of(blanks, at);
    if (at == std::string_view::npos)
      return;
  }
}

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
