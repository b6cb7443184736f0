// SPDX-License-Identifier: Apache-2.0
//
// The AST as text, for people and for tests; not read back by anything.
#ifndef LLB_AST_DUMP_H
#define LLB_AST_DUMP_H

#include "llb/AST/SourceUnit.h"

#include <llvm/Support/raw_ostream.h>

namespace llb::ast {

/// Prints `file` as an indented tree, one statement or field a line. A
/// statement is followed by its `line:column`, and by its last line if it has
/// several. Fields that hold their default are left out.
void dumpBuildFile(const BuildFile &file, llvm::raw_ostream &out);

/// Prints `file` as an indented tree, one value a line with its place.
void dumpMockerfile(const Mockerfile &file, llvm::raw_ostream &out);

/// Prints what any frontend made.
void dump(const SourceUnit &unit, llvm::raw_ostream &out);

} // namespace llb::ast

#endif
