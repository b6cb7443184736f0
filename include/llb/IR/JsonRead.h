// SPDX-License-Identifier: Apache-2.0
//
// The JSON of `buildctl debug dump-llb` back to a module.
#ifndef LLB_IR_JSONREAD_H
#define LLB_IR_JSONREAD_H

#include "llb/IR/Module.h"
#include "llb/Support/DiagEngine.h"

#include <llvm/Support/LogicalResult.h>

namespace llb::ir {

/// Reads one operation a line; the last one is the result. The dump has no
/// source map, no unknown fields, no symlink actions and no encoding of its
/// own; an operation that needs one of these does not get the digest that its
/// line states, which is an error.
llvm::FailureOr<Module> readJson(std::string_view text, DiagEngine &diags);

} // namespace llb::ir

#endif
