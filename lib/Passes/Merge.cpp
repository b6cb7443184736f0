// SPDX-License-Identifier: Apache-2.0
//
// The pass `merge`.
//
// Problem. BuildKit makes a snapshot and a layer of every file operation. Two
// hundred COPY lines are two hundred snapshots to prepare, commit, compress
// and, for whoever pulls the image, to fetch and mount.
//
// Example.
//
//     %1 = file %base {
//       copy %ctx "/a" -> "/srv/a"
//     }
//     %2 = file %1 {
//       copy %ctx "/b" -> "/srv/b"
//     }
//     return %2
//
// becomes one operation with both actions on %base, in this order.
//
// Algorithm. Operations are visited inputs first. One that changes the result
// of another joins its group if it may; a group that has `max` actions is
// closed, since a group is also what the cache knows: a changed file runs all
// of its actions again. Then each group becomes one operation in the place of
// its last member. Image histories follow: of the entries of the joined steps,
// the last stands for the layer and those before it are marked as having none.
//
// Legality. The first operation has no other user, so nobody sees the state
// between the two. The actions run in the order they had, on the same files:
// BuildKit hands one mutable snapshot from action to action. Constraints,
// platform, cache policy and limits are equal, so no step is cached or run
// elsewhere than before. The second looks up no owner by name: it would ask
// the first's result, but a daemon lets owners be looked up in inputs only, and
// the first may have changed /etc/passwd. And it copies nothing from the
// first's result, which a copy of a tree into itself would read while it is
// changed.
//
// Cost. Linear in the number of actions.
#include "FileChain.h"
#include "Rewriter.h"
#include "llb/IR/InputIndex.h"
#include "llb/Passes/Pass.h"

#include <algorithm>
#include <map>

namespace llb::passes {
namespace {

size_t actionsOf(const ir::Node &node) {
  return std::get<ir::File>(node.op.body).actions.size();
}

class Merger {
public:
  Merger(ir::Module &module, PassContext &context, uint64_t max)
      : module(module), context(context), max(max), rewriter(module),
        uses(countUses(module)), chains(module.nodes.size()),
        previous(module.nodes.size()), width(module.nodes.size(), 1),
        sizes(module.nodes.size()) {}

  void run();

private:
  /// Whether the node joins the operation it changes; says why if not.
  bool joins(uint32_t index);
  void missed(uint32_t index, RemarkId id) {
    context.remark(RemarkKind::Missed, module, module.nodes[index], id,
                   nameOfStep(baseOf(module.nodes[index].op, chains[index])));
  }
  std::string nameOfStep(ir::ValueId value) const {
    return ir::describeNode(module, module[value.node]);
  }
  void fuse(const std::vector<uint32_t> &group);
  void recordLayers();
  void collectLayers(ir::ValueId root, std::vector<uint32_t> &widths) const;

  ir::Module &module;
  PassContext &context;
  uint64_t max;
  Rewriter rewriter;
  std::vector<uint32_t> uses;
  std::vector<FileChain> chains;
  /// The node before in the group, invalid for the first.
  std::vector<ir::NodeId> previous;
  /// How many operations the node stands for.
  std::vector<uint32_t> width;
  /// Actions of the group up to a node.
  std::vector<uint64_t> sizes;
  uint64_t removed = 0;
};

bool Merger::joins(uint32_t index) {
  const ir::Node &node = module.nodes[index];
  const FileChain &chain = chains[index];
  if (!chain.valid || chain.base < 0)
    return false;
  ir::ValueId base = baseOf(node.op, chain);
  const ir::Node &first = module[base.node];
  if (!std::holds_alternative<ir::File>(first.op.body))
    return false;
  if (!chains[base.node.index].valid || base.output != 0)
    return missed(index, RemarkId::NoChain), false;
  if (chain.readsBase && context.enforces(RuleId::MergeReadsItself))
    return missed(index, RemarkId::ReadsItself), false;
  if (uses[base.node.index] != 1)
    return missed(index, RemarkId::OtherUser), false;
  if (chain.namedOwner && context.enforces(RuleId::MergeNamedOwner))
    return missed(index, RemarkId::NamedOwner), false;
  if (node.op.platform != first.op.platform ||
      node.op.constraints != first.op.constraints)
    return missed(index, RemarkId::OtherPlatform), false;
  if (!samePolicy(node.metadata, first.metadata) &&
      context.enforces(RuleId::MergePolicy))
    return missed(index, RemarkId::OtherPolicy), false;
  if (max && sizes[base.node.index] + actionsOf(node) > max)
    return missed(index, RemarkId::GroupFull), false;
  return true;
}

/// Moves everything into the group's last node.
void Merger::fuse(const std::vector<uint32_t> &group) {
  ir::Node &last = module.nodes[group.back()];
  std::vector<ir::ValueId> inputs;
  std::map<ir::ValueId, int64_t> known;
  auto indexOf = [&](ir::ValueId value) {
    auto [place, isNew] =
        known.try_emplace(value, static_cast<int64_t>(inputs.size()));
    if (isNew)
      inputs.push_back(value);
    return place->second;
  };
  ir::File fused;
  ir::Locations locations;
  bool hasLocations = false;
  for (size_t member = 0; member < group.size(); ++member) {
    ir::Node &node = module.nodes[group[member]];
    const FileChain &chain = chains[group[member]];
    std::vector<int64_t> position;
    for (size_t i = 0; i < node.op.inputs.size(); ++i) {
      bool isPrevious = member && static_cast<int64_t>(i) == chain.base;
      position.push_back(isPrevious ? ir::noIndex : indexOf(node.op.inputs[i]));
    }
    auto &actions = std::get<ir::File>(node.op.body).actions;
    // What an action changes is numbered when the number of inputs is known.
    int64_t base = actions.front().input;
    for (ir::FileAction &action : actions)
      action.input = ir::noIndex;
    if (!member)
      actions.front().input = base;
    remapInputs(node.op.body, position, position.size());
    for (ir::FileAction &action : actions) {
      action.output = ir::noIndex;
      fused.actions.push_back(std::move(action));
    }
    hasLocations |= node.hasLocations;
    for (ir::Location &location : node.locations.locations)
      if (locations.locations.empty() || locations.locations.back() != location)
        locations.locations.push_back(std::move(location));
    if (!node.locations.unknown.bytes.empty())
      locations.unknown.bytes += node.locations.unknown.bytes;
  }
  for (size_t i = 1; i < fused.actions.size(); ++i)
    fused.actions[i].input = static_cast<int64_t>(inputs.size() + i - 1);
  fused.actions.back().output = 0;

  for (size_t member = group.size() - 1; member-- > 0;)
    joinMetadata(last, module.nodes[group[member]]);
  last.op.body = std::move(fused);
  last.op.inputs = std::move(inputs);
  last.locations = std::move(locations);
  last.hasLocations = hasLocations;
  last.original.clear();
  width[group.back()] = static_cast<uint32_t>(group.size());
  for (size_t member = 0; member + 1 < group.size(); ++member)
    rewriter.erase({group[member]});
  removed += group.size() - 1;
}

void Merger::run() {
  std::vector<bool> continued(module.nodes.size());
  for (uint32_t i = 0; i < module.nodes.size(); ++i) {
    chains[i] = fileChainOf(module.nodes[i].op);
    if (!chains[i].valid)
      continue;
    sizes[i] = actionsOf(module.nodes[i]);
    if (!joins(i))
      continue;
    ir::NodeId base = baseOf(module.nodes[i].op, chains[i]).node;
    previous[i] = base;
    continued[base.index] = true;
    sizes[i] += sizes[base.index];
    context.remark(RemarkKind::Passed, module, module.nodes[i],
                   RemarkId::Merged, nameOfStep({base, 0}));
  }
  uint64_t groups = 0;
  for (uint32_t i = 0; i < module.nodes.size(); ++i) {
    if (!previous[i].valid() || continued[i])
      continue;
    std::vector<uint32_t> group;
    for (ir::NodeId at{i}; at.valid(); at = previous[at.index])
      group.push_back(at.index);
    fuse({group.rbegin(), group.rend()});
    ++groups;
  }
  context.count("operations joined to the one before", removed);
  context.count("operations made of several", groups);
  if (!removed)
    return;
  recordLayers();
  rewriter.commit();
  context.places.clear();
}

/// The layers of a value above its base images, from the top down.
void Merger::collectLayers(ir::ValueId root,
                           std::vector<uint32_t> &widths) const {
  std::vector<ir::ValueId> pending{root};
  // Merges that share inputs can have more layers than anybody can count.
  while (!pending.empty() && widths.size() <= module.nodes.size()) {
    ir::ValueId value = pending.back();
    pending.pop_back();
    const ir::Node &node = module[value.node];
    if (const auto *merge = std::get_if<ir::Merge>(&node.op.body)) {
      // The last input is on top, so it comes off the stack first.
      for (const ir::MergeInput &input : merge->inputs)
        if (input.input >= 0)
          pending.push_back(node.op.inputs[input.input]);
      continue;
    }
    if (const auto *exec = std::get_if<ir::Exec>(&node.op.body)) {
      int64_t input = ir::noIndex;
      for (const ir::Mount &mount : exec->mounts)
        if (mount.output == value.output)
          input = mount.input;
      widths.push_back(1);
      if (input >= 0)
        pending.push_back(node.op.inputs[input]);
      continue;
    }
    if (chains[value.node.index].valid) {
      widths.push_back(width[value.node.index]);
      ir::ValueId base = baseOf(node.op, fileChainOf(node.op));
      if (base.valid())
        pending.push_back(base);
      continue;
    }
    // A source, or what has layers that can't be told: all below is unknown.
    return;
  }
}

void Merger::recordLayers() {
  for (const ir::Result &result : module.results) {
    if (!result.terminal.valid() || module[result.terminal].op.inputs.empty())
      continue;
    LayerFusion fusion{result.name, {}};
    collectLayers(module[result.terminal].op.inputs.front(), fusion.widths);
    std::reverse(fusion.widths.begin(), fusion.widths.end());
    context.fusions.push_back(std::move(fusion));
  }
}

} // namespace

llvm::LogicalResult MergePass::run(ir::Module &module, PassContext &context) {
  Merger(module, context, max).run();
  return llvm::success();
}

} // namespace llb::passes
