// SPDX-License-Identifier: Apache-2.0
//
// Checks that need only the AST, in BuildKit's order of emission
// (buildkit.md 5.1).
#ifndef LLB_CHECK_ASTCHECKS_H
#define LLB_CHECK_ASTCHECKS_H

#include "llb/Check/Linter.h"

namespace llb::check {

/// NoEmptyContinuation, then the parse-time rules in file order up to the
/// first error (`file.soundStmts`), then duplicate and reserved stage names and
/// the casing of instructions if the file is sound.
void checkAst(const ast::BuildFile &file, Linter &linter);

} // namespace llb::check

#endif
