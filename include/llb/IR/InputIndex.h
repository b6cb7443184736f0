// SPDX-License-Identifier: Apache-2.0
//
// The numbers inside an operation that name its inputs. Whoever takes inputs
// away, joins or appends them goes by this file, so that no kind of index is
// forgotten.
#ifndef LLB_IR_INPUTINDEX_H
#define LLB_IR_INPUTINDEX_H

#include "llb/IR/Module.h"

#include <llvm/ADT/STLFunctionalExtras.h>

namespace llb::ir {

/// Calls `visit` with every index of `body`. `noIndex` and, in file operations,
/// indices from the number of inputs on (results of actions) are among them.
void forEachInputIndex(OpBody &body, llvm::function_ref<void(int64_t &)> visit);
void forEachInputIndex(const OpBody &body,
                       llvm::function_ref<void(int64_t)> visit);

/// Calls `visit` with the user or group that each file action looks up by name.
void forEachNamedUser(const File &file,
                      llvm::function_ref<void(const NamedUser &)> visit);

/// Points the indices of `body` at other inputs: `position[i]` takes the place
/// of input i, or `noIndex` where nothing does, and `count` inputs are left.
void remapInputs(OpBody &body, const std::vector<int64_t> &position,
                 size_t count);

/// Makes inputs of an exec or file operation that are the same value one input,
/// as BuildKit's client does. Returns whether there were any.
bool joinEqualInputs(Op &op);

} // namespace llb::ir

#endif
