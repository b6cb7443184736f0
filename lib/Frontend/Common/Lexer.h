// SPDX-License-Identifier: Apache-2.0
//
// What ANTLR's lexer does, over tables: of the rules of the mode the one with
// the longest match makes the token, of equal ones the first. Its characters
// are those of ByteClasses.h.
#ifndef LLB_FRONTEND_COMMON_LEXER_H
#define LLB_FRONTEND_COMMON_LEXER_H

#include "GrammarTypes.h"

#include <cstddef>
#include <llvm/ADT/SmallVector.h>
#include <string_view>

namespace llb::frontend::grammar {

struct Token {
  TokenKind kind;
  /// Offsets into the input.
  size_t begin;
  size_t end;
};

class Lexer {
public:
  /// `bottom` is the mode at the bottom of the stack.
  explicit Lexer(Mode bottom) : mode(bottom) {}

  /// Goes on with `input`, in the mode that is.
  void load(std::string_view input) {
    text = input;
    position = 0;
  }

  /// False at the end of the input.
  bool next(Token &token);

  /// Whether a character was in no rule of its mode, and left out.
  bool missed() const { return hasMissed; }

private:
  std::string_view text;
  size_t position = 0;
  Mode mode;
  llvm::SmallVector<Mode, 8> stack;
  bool hasMissed = false;

  void change(const LexerMatch &match);
};

} // namespace llb::frontend::grammar

#endif
