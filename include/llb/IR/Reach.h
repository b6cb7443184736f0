// SPDX-License-Identifier: Apache-2.0
//
// What is needed for what. Definitions stand before uses, so one walk from the
// last node to the first sees every user before its inputs.
#ifndef LLB_IR_REACH_H
#define LLB_IR_REACH_H

#include "llb/IR/Module.h"

namespace llb::ir {

/// Flags, besides the nodes flagged in `needed` (one flag a node), all that
/// they are made from. Linear in the size of the module.
void flagInputs(const Module &module, std::vector<bool> &needed);

/// A flag for each node: whether it is the terminal node of a result.
std::vector<bool> findTerminals(const Module &module);

/// A flag for each node: whether `terminal` is it or needs it. None is set if
/// `terminal` is invalid (scratch).
std::vector<bool> findNeeded(const Module &module, NodeId terminal);

/// Leaves the nodes that are flagged in `kept`, and with a node all that it and
/// the results name must be; ids are renumbered, the order stays. Bytes that a
/// node came with stay: they name inputs by digest, and no digest changes.
void removeNodes(Module &module, const std::vector<bool> &kept);

} // namespace llb::ir

#endif
