// SPDX-License-Identifier: Apache-2.0
//
// Names of values in the text form. They are made from the module alone, so
// printing is repeatable, and no name contains a digest, so a moved tag does
// not touch every line.
#ifndef LLB_IR_TEXTNAMES_H
#define LLB_IR_TEXTNAMES_H

#include "llb/IR/Module.h"

namespace llb::ir::text {

/// One name a node, without the `%`: sources are called after what they
/// fetch, all others are numbered in order.
std::vector<std::string> nameNodes(const Module &module);

} // namespace llb::ir::text

#endif
