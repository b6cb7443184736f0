// SPDX-License-Identifier: Apache-2.0
//
// Checks that need only the AST, in BuildKit's order of emission. They are not
// a matter of style: warnings are part of a compile's result and of its exit
// status.
#ifndef LLB_CHECK_ASTCHECKS_H
#define LLB_CHECK_ASTCHECKS_H

#include "llb/Check/Linter.h"

namespace llb::check {

/// NoEmptyContinuation, then the parse-time rules in file order up to and
/// including the statement with the first error, then, if the file has no
/// error, duplicate and reserved stage names and the casing of instructions.
void checkAst(const ast::BuildFile &file, Linter &linter);

} // namespace llb::check

#endif
