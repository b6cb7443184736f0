// SPDX-License-Identifier: Apache-2.0
//
// Whole results and operations. Replacing an operation by one of its inputs is
// what makes long chains short; by scratch, what cuts off what is below.
#include "Delta.h"
#include "llb/IR/InputIndex.h"
#include "llb/IR/Reach.h"

namespace llb::reduce {

ir::ValueId Substitution::resolve(ir::ValueId value) const {
  // What stands for a node stands before it, so this ends.
  while (value.valid() && value.node.index < with.size()) {
    if (gone[value.node.index])
      return {};
    if (!with[value.node.index].valid())
      break;
    value = with[value.node.index];
  }
  return value;
}

void Substitution::applyTo(ir::Module &module, uint32_t index) {
  ir::Node &node = module.nodes[index];
  std::vector<ir::ValueId> inputs;
  std::vector<int64_t> position;
  bool changed = false;
  for (ir::ValueId input : node.op.inputs) {
    ir::ValueId value = resolve(input);
    changed |= value != input;
    position.push_back(value.valid() ? static_cast<int64_t>(inputs.size())
                                     : ir::noIndex);
    if (value.valid())
      inputs.push_back(value);
  }
  if (changed) {
    ir::remapInputs(node.op.body, position, inputs.size());
    node.op.inputs = std::move(inputs);
    ir::joinEqualInputs(node.op);
    node.original.clear();
  }
  auto *merge = std::get_if<ir::Merge>(&node.op.body);
  if (!merge || gone[index] || with[index].valid())
    return;
  if (changed)
    std::erase_if(merge->inputs,
                  [](const ir::MergeInput &input) { return input.input < 0; });
  if (merge->inputs.empty())
    byScratch(index);
  else if (merge->inputs.size() == 1 &&
           static_cast<uint64_t>(merge->inputs[0].input) <
               node.op.inputs.size())
    byValue(index, node.op.inputs[merge->inputs[0].input]);
}

void Substitution::apply(ir::Module &module) {
  for (uint32_t i = 0; i < module.nodes.size(); ++i)
    applyTo(module, i);
  for (ir::Result &result : module.results)
    if (result.terminal.valid() && module[result.terminal].op.inputs.empty() &&
        std::holds_alternative<std::monostate>(module[result.terminal].op.body))
      result.terminal = {};
}

static void removeUnusedInputs(ir::Node &node) {
  if (std::holds_alternative<std::monostate>(node.op.body))
    return;
  std::vector<bool> used(node.op.inputs.size());
  ir::forEachInputIndex(node.op.body, [&](int64_t &index) {
    if (index >= 0 && static_cast<uint64_t>(index) < used.size())
      used[index] = true;
  });
  std::vector<ir::ValueId> inputs;
  std::vector<int64_t> position;
  for (size_t i = 0; i < used.size(); ++i) {
    position.push_back(used[i] ? static_cast<int64_t>(inputs.size())
                               : ir::noIndex);
    if (used[i])
      inputs.push_back(node.op.inputs[i]);
  }
  if (inputs.size() == used.size())
    return;
  ir::remapInputs(node.op.body, position, inputs.size());
  node.op.inputs = std::move(inputs);
  node.original.clear();
}

void tidy(ir::Module &module) {
  for (ir::Node &node : module.nodes)
    removeUnusedInputs(node);
  std::vector<bool> live = ir::findTerminals(module);
  ir::flagInputs(module, live);
  ir::removeNodes(module, live);
}

void dropResults(ir::Module &module, Targets &targets) {
  std::vector<ir::Result> kept;
  for (ir::Result &result : module.results)
    if (!targets.drop())
      kept.push_back(std::move(result));
  module.results = std::move(kept);
}

void replaceByInput(ir::Module &module, Targets &targets) {
  Substitution substitution(module);
  std::vector<bool> isTerminal = ir::findTerminals(module);
  for (uint32_t i = 0; i < module.nodes.size(); ++i) {
    if (isTerminal[i])
      continue;
    bool replaced = false;
    for (ir::ValueId input : module.nodes[i].op.inputs)
      if (targets.drop() && !replaced) {
        substitution.byValue(i, input);
        replaced = true;
      }
  }
  substitution.apply(module);
}

void replaceByScratch(ir::Module &module, Targets &targets) {
  Substitution substitution(module);
  std::vector<bool> isTerminal = ir::findTerminals(module);
  for (uint32_t i = 0; i < module.nodes.size(); ++i)
    if (!isTerminal[i] && targets.drop())
      substitution.byScratch(i);
  substitution.apply(module);
}

void dropUnused(ir::Module &module, Targets &targets) {
  std::vector<bool> used = ir::findTerminals(module);
  for (const ir::Node &node : module.nodes)
    for (const ir::ValueId &input : node.op.inputs)
      used[input.node.index] = true;
  std::vector<bool> kept(used.size(), true);
  for (size_t i = 0; i < used.size(); ++i)
    if (!used[i])
      kept[i] = !targets.drop();
  ir::removeNodes(module, kept);
}

} // namespace llb::reduce
