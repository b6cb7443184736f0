// SPDX-License-Identifier: Apache-2.0
//
// One table look-up a character. What is left of a longer match that failed is
// read again by the next token.
#include "Lexer.h"

#include "DockerfileTables.h"

#include <cassert>

namespace llb::frontend::grammar {

void Lexer::change(const LexerMatch &match) {
  for (unsigned i = 0; i < match.changeCount; ++i) {
    const ModeChange &change = match.changes[i];
    switch (change.kind) {
    case ModeChange::Push:
      stack.push_back(mode);
      mode = change.mode;
      break;
    case ModeChange::Pop:
      assert(!stack.empty() && "a rule of the first mode pops it");
      mode = stack.pop_back_val();
      break;
    case ModeChange::Set:
      mode = change.mode;
      break;
    }
  }
}

bool Lexer::next(Token &token) {
  while (position < text.size()) {
    size_t begin = position;
    size_t end = begin;
    unsigned accepted = 0;
    unsigned state = lexerStarts[static_cast<size_t>(mode)];
    for (size_t at = begin; at < text.size(); ++at) {
      state = lexerNext[state][lexerColumns[static_cast<uint8_t>(text[at])]];
      if (state == 0)
        break;
      if (unsigned accepts = lexerAccepts[state]) {
        accepted = accepts;
        end = at + 1;
      }
    }
    if (accepted == 0) {
      hasMissed = true;
      ++position;
      continue;
    }
    position = end;
    const LexerMatch &match = lexerMatches[accepted];
    change(match);
    if (match.kind != TokenKind::EndOfFile) {
      token = {match.kind, begin, end};
      return true;
    }
  }
  return false;
}

} // namespace llb::frontend::grammar
