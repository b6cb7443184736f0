// SPDX-License-Identifier: Apache-2.0
//
// The door to the generated Dockerfile lexer and parser: no other file sees
// ANTLR, and no exception comes out.
#ifndef LLB_FRONTEND_DOCKERFILE_GRAMMAR_H
#define LLB_FRONTEND_DOCKERFILE_GRAMMAR_H

#include "../Common/RawStmt.h"

#include <llvm/ADT/STLFunctionalExtras.h>

namespace llb::frontend::dockerfile {

/// Parses the lines of `file` and calls `visit` for each, in order. A statement
/// points into its line and is gone after the call.
void parseLines(LineFile &file, llvm::function_ref<void(RawStmt &)> visit);

/// Whether the instruction of a logical line takes heredocs: ADD, COPY or RUN,
/// also behind one ONBUILD, with arguments that are no JSON list.
bool holdsHeredocs(std::string_view line, char escape);

/// Calls `visit` for each token of each line: its line's index, its kind as
/// the grammar names it, and the word.
void forEachToken(
    LineFile &file,
    llvm::function_ref<void(size_t line, std::string_view kind, const Word &)>
        visit);

} // namespace llb::frontend::dockerfile

#endif
