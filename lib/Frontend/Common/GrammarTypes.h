// SPDX-License-Identifier: Apache-2.0
//
// What the rows of the tables are that utils/grammar-tables makes from the
// grammars. The enumerators are made as well.
#ifndef LLB_FRONTEND_COMMON_GRAMMARTYPES_H
#define LLB_FRONTEND_COMMON_GRAMMARTYPES_H

#include <cstdint>

namespace llb::frontend::grammar {

enum class TokenKind : uint8_t;
enum class Mode : uint8_t;
enum class Rule : uint8_t;

/// `pushMode(mode)`, `popMode` or `mode(mode)`.
struct ModeChange {
  enum Kind : uint8_t { Push, Pop, Set } kind;
  Mode mode;
};

/// What happens when a rule of the lexer has matched.
struct LexerMatch {
  /// EndOfFile if the text is skipped.
  TokenKind kind;
  uint8_t changeCount;
  ModeChange changes[2];
};

/// What the parser does with a token.
struct ParserStep {
  /// 0: the token is not allowed.
  uint8_t next;
  /// The rule that the token belongs to, and whether it is its first.
  Rule rule;
  bool first;
};

} // namespace llb::frontend::grammar

#endif
