// SPDX-License-Identifier: Apache-2.0
//
// `;` starts a comment: unlike `#` and `/` it has no other meaning, and it is
// what LLVM's own text uses.
#include "TextLexer.h"

#include "llb/Support/Ascii.h"
#include "llb/Support/IRDiags.h"
#include "llb/Support/Unicode.h"

namespace llb::ir::text {
namespace {

bool isNameChar(char c) { return ascii::isLetter(c) || c == '_'; }

llvm::SMRange rangeOf(std::string_view text) {
  return {llvm::SMLoc::getFromPointer(text.data()),
          llvm::SMLoc::getFromPointer(text.data() + text.size())};
}

} // namespace

llvm::SMRange Token::range() const { return rangeOf(spelling); }

Token Lexer::make(TokenKind kind, size_t length) {
  Token token{kind, rest.substr(0, length), rest.substr(0, length), startsLine};
  rest.remove_prefix(length);
  startsLine = false;
  return token;
}

/// The end of a name that starts at `start`; `->` and `..` end it, and so does
/// a last dot.
size_t Lexer::nameLength(size_t start) const {
  size_t end = start;
  while (end < rest.size()) {
    char c = rest[end];
    std::string_view two = rest.substr(end, 2);
    if (!(isNameChar(c) || ascii::isDigit(c) || c == '.' || c == '-') ||
        two == "->" || two == "..")
      break;
    ++end;
  }
  if (end > start && rest[end - 1] == '.')
    --end;
  return end;
}

Token Lexer::lexString() {
  size_t end = 1;
  while (end < rest.size() && rest[end] != '"' && rest[end] != '\n')
    end += rest[end] == '\\' && end + 1 < rest.size() && rest[end + 1] != '\n'
               ? 2
               : 1;
  if (end < rest.size() && rest[end] == '"')
    return make(TokenKind::String, end + 1);
  Token token = make(TokenKind::Invalid, end);
  diags.report(diag::TextUnclosedString, rangeOf(token.spelling.substr(0, 1)));
  return token;
}

std::string_view Lexer::skipBlanks(std::string_view text, bool &sawLine) {
  while (!text.empty()) {
    char c = text.front();
    if (c == '\n')
      sawLine = true;
    else if (c == ';')
      text.remove_prefix(std::min(text.find('\n'), text.size()) - 1);
    else if (c != ' ' && c != '\t' && c != '\r')
      break;
    text.remove_prefix(1);
  }
  return text;
}

bool Lexer::atEqual() const {
  bool sawLine = false;
  std::string_view text = skipBlanks(rest, sawLine);
  return text.starts_with('=') && !text.starts_with("=>");
}

Token Lexer::next() {
  rest = skipBlanks(rest, startsLine);
  if (rest.empty())
    return make(TokenKind::End, 0);

  char c = rest.front();
  char second = rest.size() > 1 ? rest[1] : '\0';
  if (c == '"')
    return lexString();
  if (isNameChar(c))
    return make(TokenKind::Word, nameLength(0));
  if (c == '%' || c == '!') {
    Token token =
        make(c == '%' ? TokenKind::Value : TokenKind::Bang, nameLength(1));
    token.text.remove_prefix(1);
    if (!token.text.empty())
      return token;
    diags.report(diag::TextBadCharacter, token.range(), token.spelling);
    token.kind = TokenKind::Invalid;
    return token;
  }
  if (ascii::isDigit(c) || (c == '-' && ascii::isDigit(second))) {
    size_t end = 1;
    while (end < rest.size() &&
           (ascii::isDigit(rest[end]) || isNameChar(rest[end])))
      ++end;
    return make(TokenKind::Number, end);
  }
  if (c == '-' && second == '>')
    return make(TokenKind::Arrow, 2);
  if (c == '=' && second == '>')
    return make(TokenKind::FatArrow, 2);
  if (c == '.' && second == '.')
    return make(TokenKind::Dots, 2);
  switch (c) {
  case '{':
    return make(TokenKind::LeftBrace, 1);
  case '}':
    return make(TokenKind::RightBrace, 1);
  case '[':
    return make(TokenKind::LeftBracket, 1);
  case ']':
    return make(TokenKind::RightBracket, 1);
  case '(':
    return make(TokenKind::LeftParen, 1);
  case ')':
    return make(TokenKind::RightParen, 1);
  case ',':
    return make(TokenKind::Comma, 1);
  case '=':
    return make(TokenKind::Equal, 1);
  case ':':
    return make(TokenKind::Colon, 1);
  case '#':
    return make(TokenKind::Hash, 1);
  case '@':
    return make(TokenKind::At, 1);
  case '^':
    return make(TokenKind::Caret, 1);
  case '/':
    return make(TokenKind::Slash, 1);
  default:
    break;
  }
  // One message for a whole run of what is not even ASCII.
  unicode::Decoded rune = unicode::decode(rest);
  std::string shown = rune.valid && rune.rune > 0x20 && rune.rune != 0x7f
                          ? std::string(rest.substr(0, rune.length))
                          : fmt::format("\\x{:02x}", uint8_t(c));
  size_t end = rune.length;
  while (end < rest.size() && static_cast<unsigned char>(rest[end]) >= 0x80)
    ++end;
  Token token = make(TokenKind::Invalid, end);
  diags.report(diag::TextBadCharacter, token.range(), shown);
  return token;
}

bool decodeString(const Token &token, std::string &out, DiagEngine &diags) {
  std::string_view text = token.spelling.substr(1, token.spelling.size() - 2);
  while (!text.empty()) {
    size_t escape = std::min(text.find('\\'), text.size());
    out += text.substr(0, escape);
    text.remove_prefix(escape);
    if (text.empty())
      return true;
    size_t length = 2;
    char c = text.size() > 1 ? text[1] : '\0';
    int high = text.size() > 2 ? ascii::hexValue(text[2]) : -1;
    int low = text.size() > 3 ? ascii::hexValue(text[3]) : -1;
    if (c == 'n') {
      out += '\n';
    } else if (c == 't') {
      out += '\t';
    } else if (c == 'r') {
      out += '\r';
    } else if (c == '"' || c == '\\') {
      out += c;
    } else if (c == 'x' && high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      length = 4;
    } else {
      std::string_view shown = text.substr(0, 2);
      diags.report(diag::TextBadEscape, rangeOf(shown), shown);
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

std::string_view describe(TokenKind kind) {
  switch (kind) {
  case TokenKind::End:
    return "end of file";
  case TokenKind::Invalid:
    return "invalid token";
  case TokenKind::Word:
    return "word";
  case TokenKind::Value:
    return "value";
  case TokenKind::Bang:
    return "'!'";
  case TokenKind::String:
    return "string";
  case TokenKind::Number:
    return "number";
  case TokenKind::LeftBrace:
    return "'{'";
  case TokenKind::RightBrace:
    return "'}'";
  case TokenKind::LeftBracket:
    return "'['";
  case TokenKind::RightBracket:
    return "']'";
  case TokenKind::LeftParen:
    return "'('";
  case TokenKind::RightParen:
    return "')'";
  case TokenKind::Comma:
    return "','";
  case TokenKind::Equal:
    return "'='";
  case TokenKind::Colon:
    return "':'";
  case TokenKind::Hash:
    return "'#'";
  case TokenKind::At:
    return "'@'";
  case TokenKind::Caret:
    return "'^'";
  case TokenKind::Slash:
    return "'/'";
  case TokenKind::Arrow:
    return "'->'";
  case TokenKind::FatArrow:
    return "'=>'";
  case TokenKind::Dots:
    return "'..'";
  }
  return "";
}

std::string describe(const Token &token) {
  switch (token.kind) {
  case TokenKind::Word:
  case TokenKind::Value:
  case TokenKind::Bang:
  case TokenKind::Number:
    return "'" + std::string(token.spelling.substr(0, 40)) + "'";
  default:
    return std::string(describe(token.kind));
  }
}

} // namespace llb::ir::text
