// SPDX-License-Identifier: Apache-2.0
//
// The pass `dce`, dead code elimination.
//
// Problem. Operations that no result needs cost bytes, and a client that walks
// the list rather than the graph may run them. They appear when modules are
// linked and when other passes take edges away.
//
// Example. In
//
//     %a = source "docker-image://docker.io/library/alpine:latest"
//     %b = source "docker-image://docker.io/library/busybox:latest"
//     return %a
//
// %b goes, and with it its metadata, its places, source files that no place
// names any more, entries of the metadata for digests that no operation has,
// and capabilities that the result asked for on behalf of %b.
//
// Algorithm. Mark what the results reach, from the last node to the first,
// which sees users before inputs. Then move the live nodes together, with
// their inputs renumbered. Bytes that a node came with stay: they name inputs
// by digest, and no digest changes.
//
// Legality. Always: what is removed is reachable from nothing that is built.
//
// Cost. Linear in the number of operations and inputs.
#include "TerminalCaps.h"
#include "llb/IR/Reach.h"
#include "llb/Passes/Pass.h"

namespace llb::passes {
namespace {

/// Removes source files that no place names; returns how many.
uint64_t removeUnusedSources(ir::Module &module) {
  size_t count = module.sourceInfos.size();
  std::vector<bool> used(count);
  auto inRange = [&](const ir::Location &location) {
    return location.sourceIndex >= 0 &&
           static_cast<size_t>(location.sourceIndex) < count;
  };
  for (const ir::Node &node : module.nodes)
    for (const ir::Location &location : node.locations.locations) {
      // Which file is meant can't be told; leave all as they are.
      if (!inRange(location))
        return 0;
      used[location.sourceIndex] = true;
    }
  std::vector<int32_t> newIndex(count);
  std::vector<ir::SourceInfo> kept;
  for (size_t i = 0; i < count; ++i) {
    newIndex[i] = kept.size();
    if (used[i])
      kept.push_back(std::move(module.sourceInfos[i]));
  }
  for (ir::Node &node : module.nodes)
    for (ir::Location &location : node.locations.locations)
      location.sourceIndex = newIndex[location.sourceIndex];
  module.sourceInfos = std::move(kept);
  return count - module.sourceInfos.size();
}

} // namespace

llvm::LogicalResult DcePass::run(ir::Module &module, PassContext &context) {
  if (!context.enforces(RuleId::DceEveryResult) && module.results.size() > 1)
    module.results.resize(1);
  size_t before = module.nodes.size();
  std::vector<bool> live = ir::findTerminals(module);
  ir::flagInputs(module, live);
  ir::removeNodes(module, live);
  if (module.nodes.size() != before)
    context.places.clear();
  uint64_t entries = module.strayMetadata.size() + module.strayLocations.size();
  module.strayMetadata.clear();
  module.strayLocations.clear();
  context.count("operations removed", before - module.nodes.size());
  context.count("entries of no operation removed", entries);
  context.count("source files removed", removeUnusedSources(module));
  context.count("capabilities removed", dropUnusedCaps(module));
  return llvm::success();
}

} // namespace llb::passes
