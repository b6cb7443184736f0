// SPDX-License-Identifier: Apache-2.0
//
// What a grammar makes of one logical line, before anybody asks whether the
// words make sense. Texts are as written, quotes and escapes included.
#ifndef LLB_FRONTEND_COMMON_RAWSTMT_H
#define LLB_FRONTEND_COMMON_RAWSTMT_H

#include "LineReader.h"

#include <llvm/ADT/SmallVector.h>
#include <optional>
#include <string_view>

namespace llb::frontend {

/// A piece of a logical line.
struct Word {
  std::string_view text;
  /// Where it is in the logical line.
  size_t offset = 0;
};

/// An instruction and its flags.
struct Head {
  /// Nothing for a word that is no instruction.
  std::optional<ast::StmtKind> kind;
  Word word;
  llvm::SmallVector<Word, 2> flags;
};

enum class ArgsForm : uint8_t {
  None,
  /// One word, a JSON list of strings.
  Exec,
  /// One word that starts with `[` and is not such a list, but may be JSON.
  Bracketed,
  /// One word, the rest of the line.
  Text,
  /// Words without quoting.
  Words,
  /// Words with quoting.
  Pairs,
};

struct RawStmt {
  LogicalLine *line = nullptr;
  /// The instruction; before it the ONBUILDs that lead to it. The first one is
  /// the statement. Always at least one, with an empty word if the line has
  /// none.
  llvm::SmallVector<Head, 1> heads;
  /// The word after HEALTHCHECK.
  std::optional<Word> type;
  ArgsForm form = ArgsForm::None;
  llvm::SmallVector<Word, 4> args;
  /// From the first of `args` to the end of the line.
  Word rest;

  llvm::SMRange place(const Word &word) const {
    return line->place(word.offset, word.text.size());
  }
};

} // namespace llb::frontend

#endif
