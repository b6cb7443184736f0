// SPDX-License-Identifier: Apache-2.0
//
// Tokens of the text form. A token is a piece of the buffer; literals are
// decoded on demand, so skipping over a large one costs nothing.
#ifndef LLB_IR_TEXTLEXER_H
#define LLB_IR_TEXTLEXER_H

#include "llb/Support/DiagEngine.h"

#include <string_view>

namespace llb::ir::text {

enum class TokenKind : uint8_t {
  End,
  /// What no token starts with; reported by the lexer.
  Invalid,
  /// `exec`, `source.image`, `http_proxy`.
  Word,
  /// `%base`; `text` has the name alone.
  Value,
  /// `!meta`; `text` has the word alone.
  Bang,
  /// A literal with its quotes and escapes.
  String,
  /// `-1`, `0o755`, `0xff`, and what only looks like a number.
  Number,
  LeftBrace,
  RightBrace,
  LeftBracket,
  RightBracket,
  LeftParen,
  RightParen,
  Comma,
  Equal,
  Colon,
  Hash,
  At,
  Caret,
  Slash,
  Arrow,
  FatArrow,
  Dots,
};

struct Token {
  TokenKind kind = TokenKind::End;
  std::string_view text;
  /// The whole token, for messages.
  std::string_view spelling;
  /// Whether only blanks stand before it on its line.
  bool startsLine = true;

  bool is(TokenKind other) const { return kind == other; }
  bool isWord(std::string_view word) const {
    return kind == TokenKind::Word && text == word;
  }
  llvm::SMRange range() const;
};

class Lexer {
public:
  Lexer(std::string_view text, DiagEngine &diags) : rest(text), diags(diags) {}

  Token next();
  /// Whether the token after the last one is `=`, which tells a definition from
  /// an operand.
  bool atEqual() const;

private:
  /// The text after blanks and comments.
  static std::string_view skipBlanks(std::string_view text, bool &sawLine);
  Token make(TokenKind kind, size_t length);
  Token lexString();
  size_t nameLength(size_t start) const;

  std::string_view rest;
  bool startsLine = true;
  DiagEngine &diags;
};

/// Appends what a string literal stands for; reports bad escapes.
bool decodeString(const Token &token, std::string &out, DiagEngine &diags);

/// How a message names a token: `'{'`, `string`, `end of file`.
std::string describe(const Token &token);
std::string_view describe(TokenKind kind);

} // namespace llb::ir::text

#endif
