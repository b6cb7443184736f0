// SPDX-License-Identifier: Apache-2.0
//
// From words and flags to a statement, with the checks, their order and the
// wording of BuildKit v0.32.2 (instructions/parse.go). The order of two faults
// in one statement is part of the contract: some instructions look at their
// flags first, some at their arguments, and some not at their flags at all.
#ifndef LLB_FRONTEND_COMMON_STMTBUILDER_H
#define LLB_FRONTEND_COMMON_STMTBUILDER_H

#include "Flags.h"
#include "Words.h"

namespace llb::frontend {

/// Builds the statement of `raw`, taking comments and heredocs out of its line.
/// Instructions are named in `words`. On failure `error` is the message with
/// its place, without lines and prefix, and `stmt` holds what could be read of
/// a statement that is known at all.
bool buildStmt(RawStmt &raw, Args args, char escape, ast::Vocabulary words,
               ast::Stmt &stmt, Diagnostic &error);

} // namespace llb::frontend

#endif
