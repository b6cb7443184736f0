// SPDX-License-Identifier: Apache-2.0
//
// Several modules into one.
#ifndef LLB_IR_LINKER_H
#define LLB_IR_LINKER_H

#include "llb/IR/Module.h"

namespace llb::ir {

/// Appends `from` to `into`: its operations, results and source files. Equal
/// operations stay apart (the pass `dedup` unites them). A result without a
/// name gets `name`; one whose name is taken gets the first of `name.2`,
/// `name.3` … that is free. Linear in the size of `from` and the number of
/// results.
void linkModule(Module &into, Module from, const std::string &name);

} // namespace llb::ir

#endif
