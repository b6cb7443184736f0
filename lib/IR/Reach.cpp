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

std::vector<bool> findTerminals(const Module &module) {
  std::vector<bool> flags(module.nodes.size());
  for (const Result &result : module.results)
    if (result.terminal.valid())
      flags[result.terminal.index] = true;
  return flags;
}

std::vector<bool> findNeeded(const Module &module, NodeId terminal) {
  std::vector<bool> needed(module.nodes.size());
  if (terminal.valid())
    needed[terminal.index] = true;
  flagInputs(module, needed);
  return needed;
}

void removeNodes(Module &module, const std::vector<bool> &kept) {
  std::vector<uint32_t> newIndex(module.nodes.size());
  uint32_t count = 0;
  for (uint32_t i = 0; i < module.nodes.size(); ++i) {
    if (!kept[i])
      continue;
    newIndex[i] = count;
    for (ValueId &input : module.nodes[i].op.inputs)
      input.node.index = newIndex[input.node.index];
    if (count != i)
      module.nodes[count] = std::move(module.nodes[i]);
    ++count;
  }
  module.nodes.resize(count);
  for (Result &result : module.results)
    if (result.terminal.valid())
      result.terminal.index = newIndex[result.terminal.index];
}

} // namespace llb::ir
