// SPDX-License-Identifier: Apache-2.0
//
// New ids are given in the order in which nodes will stand; inserted nodes
// have ids beyond those of the module until then.
#include "Rewriter.h"

#include <algorithm>

namespace llb::passes {

ir::NodeId Rewriter::insertAfter(ir::NodeId after, ir::Node node) {
  insertions.push_back({after.index, std::move(node)});
  return {static_cast<uint32_t>(module.nodes.size() + insertions.size() - 1)};
}

ir::ValueId Rewriter::resolve(ir::ValueId value, ir::NodeId user) const {
  while (value.node.index < replaced.size()) {
    const ir::ValueId &with = replaced[value.node.index];
    if (!with.valid() || with.node == user)
      break;
    value = {with.node, with.output == keepOutput ? value.output : with.output};
  }
  return value;
}

void Rewriter::commit() {
  size_t oldCount = module.nodes.size();
  // Long chains of replacements are made short, so that resolving is linear.
  for (size_t i = 0; i < oldCount; ++i) {
    std::vector<size_t> path;
    ir::ValueId last;
    for (size_t at = i; at < oldCount && replaced[at].valid();) {
      last = replaced[at];
      if (last.output != keepOutput)
        break;
      path.push_back(at);
      at = last.node.index;
    }
    for (size_t at : path)
      replaced[at] = last;
  }

  std::stable_sort(
      insertions.begin(), insertions.end(),
      [](const Insertion &a, const Insertion &b) { return a.after < b.after; });
  // Ids were given in order of insertion; passes insert from front to back.
  std::vector<uint32_t> newIndex(oldCount + insertions.size(), UINT32_MAX);
  uint32_t count = 0;
  size_t next = 0;
  for (size_t i = 0; i < oldCount; ++i) {
    if (!erased[i])
      newIndex[i] = count++;
    for (; next < insertions.size() && insertions[next].after == i; ++next)
      newIndex[oldCount + next] = count++;
  }

  std::vector<ir::Node> nodes(count);
  auto place = [&](ir::Node &node, uint32_t oldIndex) {
    for (ir::ValueId &input : node.op.inputs) {
      input = resolve(input, {oldIndex});
      input.node.index = newIndex[input.node.index];
    }
    nodes[newIndex[oldIndex]] = std::move(node);
  };
  for (uint32_t i = 0; i < oldCount; ++i)
    if (!erased[i])
      place(module.nodes[i], i);
  for (size_t i = 0; i < insertions.size(); ++i)
    place(insertions[i].node, static_cast<uint32_t>(oldCount + i));
  module.nodes = std::move(nodes);
  for (ir::Result &result : module.results)
    if (result.terminal.valid())
      result.terminal.index = newIndex[result.terminal.index];
}

std::vector<uint32_t> countUses(const ir::Module &module) {
  std::vector<uint32_t> uses(module.nodes.size());
  for (const ir::Node &node : module.nodes)
    for (const ir::ValueId &input : node.op.inputs)
      ++uses[input.node.index];
  return uses;
}

void joinMetadata(ir::Node &into, const ir::Node &first) {
  ir::OpMetadata &to = into.metadata;
  const ir::OpMetadata &from = first.metadata;
  into.hasMetadata |= first.hasMetadata;
  auto mine = to.description.find("llb.customname");
  auto theirs = from.description.find("llb.customname");
  if (mine != to.description.end() && theirs != from.description.end() &&
      mine->second != theirs->second) {
    // `a ... b` and `b ... c` are `a ... c`.
    constexpr std::string_view dots = " ... ";
    std::string name = theirs->second.substr(0, theirs->second.find(dots));
    size_t at = mine->second.rfind(dots);
    name += dots;
    name += at == std::string::npos ? mine->second
                                    : mine->second.substr(at + dots.size());
    mine->second = std::move(name);
  }
  for (const auto &[key, value] : from.description)
    to.description.try_emplace(key, value);
  for (const auto &[cap, needed] : from.caps)
    to.caps.edit()[cap] |= needed;
  // A group that only one of the two belongs to says nothing of both.
  if (to.progressGroup != from.progressGroup)
    to.progressGroup.reset();
}

bool samePolicy(const ir::OpMetadata &a, const ir::OpMetadata &b) {
  return a.ignoreCache == b.ignoreCache && a.exportCache == b.exportCache &&
         a.linuxResources == b.linuxResources && a.unknown == b.unknown;
}

void joinLocations(ir::Node &into, const ir::Node &from, bool inFront) {
  into.hasLocations |= from.hasLocations;
  auto &list = into.locations.locations;
  std::vector<ir::Location> added;
  // Lists are short, but for operations that thousands of lines share; those
  // are not searched.
  bool search = list.size() <= 64;
  for (const ir::Location &location : from.locations.locations)
    if (!search || std::find(list.begin(), list.end(), location) == list.end())
      added.push_back(location);
  list.insert(inFront ? list.begin() : list.end(), added.begin(), added.end());
}

} // namespace llb::passes
