// SPDX-License-Identifier: Apache-2.0
//
// No stack and no recursion: the order of the nodes is enough.
#include "llb/IR/Reach.h"

namespace llb::ir {

void flagInputs(const Module &module, std::vector<bool> &needed) {
  for (size_t i = module.nodes.size(); i-- > 0;)
    if (needed[i])
      for (const ValueId &input : module.nodes[i].op.inputs)
        needed[input.node.index] = true;
}

std::vector<bool> findNeeded(const Module &module, NodeId terminal) {
  std::vector<bool> needed(module.nodes.size());
  if (terminal.valid())
    needed[terminal.index] = true;
  flagInputs(module, needed);
  return needed;
}

} // namespace llb::ir
