// SPDX-License-Identifier: Apache-2.0
//
// Parts of operations that other parts or other operations refer to by number.
#include "Delta.h"

namespace llb::reduce {
namespace {

/// Takes actions out of a file operation. What used the result of one uses what
/// that one changed; an output moves there as well.
void dropActionsOf(ir::Node &node, uint32_t index, Substitution &substitution,
                   Targets &targets) {
  auto &actions = std::get<ir::File>(node.op.body).actions;
  auto inputs = static_cast<int64_t>(node.op.inputs.size());
  // Where the result of each action is now, in the numbers of the new list.
  std::vector<int64_t> result;
  std::vector<ir::FileAction> kept;
  auto moved = [&](int64_t at) {
    if (at < inputs)
      return at;
    auto action = static_cast<size_t>(at - inputs);
    return action < result.size() ? result[action] : at;
  };
  bool changed = false;
  int64_t onlyResult = ir::noIndex;
  for (ir::FileAction &action : actions) {
    action.input = moved(action.input);
    action.secondaryInput = moved(action.secondaryInput);
    if (!targets.drop()) {
      result.push_back(inputs + static_cast<int64_t>(kept.size()));
      kept.push_back(std::move(action));
      continue;
    }
    changed = true;
    result.push_back(action.input);
    onlyResult = action.input;
    if (action.output == ir::noIndex || action.input < inputs)
      continue;
    ir::FileAction &before = kept[action.input - inputs];
    if (before.output == ir::noIndex)
      before.output = action.output;
  }
  if (changed)
    node.original.clear();
  if (kept.empty() && changed)
    substitution.byValue(index, onlyResult >= 0 ? node.op.inputs[onlyResult]
                                                : ir::ValueId());
  actions = std::move(kept);
}

} // namespace

void dropActions(ir::Module &module, Targets &targets) {
  Substitution substitution(module);
  for (uint32_t i = 0; i < module.nodes.size(); ++i)
    if (std::holds_alternative<ir::File>(module.nodes[i].op.body))
      dropActionsOf(module.nodes[i], i, substitution, targets);
  substitution.apply(module);
}

/// Takes what the targets say out of a list.
template <class Item>
static void dropItems(std::vector<Item> &list, ir::Node &node,
                      Targets &targets) {
  size_t before = targets.dropped();
  std::erase_if(list, [&](const Item &) { return targets.drop(); });
  if (targets.dropped() != before)
    node.original.clear();
}

void dropMergeInputs(ir::Module &module, Targets &targets) {
  for (ir::Node &node : module.nodes)
    if (auto *merge = std::get_if<ir::Merge>(&node.op.body))
      dropItems(merge->inputs, node, targets);
  // Merges of one thing go.
  if (targets.dropped())
    Substitution(module).apply(module);
}

void dropMounts(ir::Module &module, Targets &targets) {
  for (ir::Node &node : module.nodes)
    if (auto *exec = std::get_if<ir::Exec>(&node.op.body))
      dropItems(exec->mounts, node, targets);
}

} // namespace llb::reduce
