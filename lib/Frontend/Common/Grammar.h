// SPDX-License-Identifier: Apache-2.0
//
// The door to the lexer and the parser.
#ifndef LLB_FRONTEND_COMMON_GRAMMAR_H
#define LLB_FRONTEND_COMMON_GRAMMAR_H

#include "Dialect.h"
#include "RawStmt.h"

#include <llvm/ADT/STLFunctionalExtras.h>

namespace llb::frontend::grammar {

/// The logical lines of `text`.
LineFile readFile(std::string_view text, const Dialect &dialect);

/// Parses the lines of `file` and calls `visit` for each, in order. A statement
/// points into its line and is gone after the call.
void parseLines(LineFile &file, const Dialect &dialect,
                llvm::function_ref<void(RawStmt &)> visit);

/// Calls `visit` for each token of each line: its line's index, its kind as
/// the grammar names it, and the word.
void forEachToken(
    LineFile &file, const Dialect &dialect,
    llvm::function_ref<void(size_t line, std::string_view kind, const Word &)>
        visit);

} // namespace llb::frontend::grammar

#endif
