// SPDX-License-Identifier: Apache-2.0
//
// Which operations of a module a result's definition holds.
#ifndef LLB_IR_RESULTNODES_H
#define LLB_IR_RESULTNODES_H

#include "llb/IR/Module.h"

namespace llb::ir {

/// True for each node that `result` needs or no other result needs either: a
/// definition may hold operations that are of no use, and keeps them.
std::vector<bool> nodesOf(const Module &module, const Result &result);

/// The same nodes in the order of a definition: the terminal is last.
std::vector<size_t> dumpOrder(const Module &module, const Result &result);

} // namespace llb::ir

#endif
