// SPDX-License-Identifier: Apache-2.0
//
// Several modules into one, and one with several results into several.
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

/// The result `index` of `module` as a module of its own: what it needs, in the
/// same order, with the source files that its places name. Linear in the size
/// of the module.
Module splitResult(const Module &module, size_t index);

} // namespace llb::ir

#endif
