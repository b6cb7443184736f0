// SPDX-License-Identifier: Apache-2.0
//
// The order in which BuildKit's client walks to an operation's inputs, which
// decides the order of operations in a definition. It is not always the order
// of the inputs themselves.
#ifndef LLB_IR_VISITORDER_H
#define LLB_IR_VISITORDER_H

#include "llb/IR/Module.h"

namespace llb::ir {

/// Appends the nodes of all inputs of `op` to `order`; some may come twice.
void appendVisitOrder(const Op &op, std::vector<NodeId> &order);

} // namespace llb::ir

#endif
