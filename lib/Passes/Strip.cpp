// SPDX-License-Identifier: Apache-2.0
//
// The pass `strip`.
//
// Problem. Descriptions, progress groups and source maps are for people. They
// make up half of a definition, differ between builds of equal content, and
// carry the Dockerfile's text to whoever gets the definition.
//
// Example. strip(locations) makes
//
//     %1 = file %base {
//       mkdir "/app" { mode = 0o755 }
//     } !loc(Dockerfile:2)
//     !source { filename = "Dockerfile", data = "…" }
//
// into the same without `!loc` and `!source`.
//
// Algorithm. One sweep that clears the chosen parts of each node's metadata.
// Results stop asking for `meta.description` if no description is left.
//
// Legality. On request: what is built does not change, but messages and
// progress lose names and places. No digest changes, since none of this is in
// the bytes of an operation.
//
// Cost. Linear in the number of operations.
#include "TerminalCaps.h"
#include "llb/Passes/Pass.h"

namespace llb::passes {

llvm::LogicalResult StripPass::run(ir::Module &module, PassContext &context) {
  bool all = (!descriptions && !progressGroups && !locations) ||
             !context.enforces(RuleId::StripChosen);
  uint64_t stripped[3] = {};
  auto stripMetadata = [&](ir::OpMetadata &metadata) {
    if (all || descriptions) {
      stripped[0] += !metadata.description.empty();
      metadata.description.clear();
    }
    if (all || progressGroups) {
      stripped[1] += metadata.progressGroup.has_value();
      metadata.progressGroup.reset();
    }
  };
  for (ir::Node &node : module.nodes) {
    stripMetadata(node.metadata);
    if (all || locations) {
      stripped[2] += node.hasLocations;
      node.hasLocations = false;
      node.locations = {};
    }
  }
  for (auto &entry : module.strayMetadata)
    stripMetadata(entry.second);
  if (all || locations) {
    module.sourceInfos.clear();
    module.strayLocations.clear();
    module.sourceUnknown = {};
    module.hasSource = false;
  }
  if (all || descriptions)
    dropUnusedCaps(module);
  context.count("descriptions removed", stripped[0]);
  context.count("progress groups removed", stripped[1]);
  context.count("places removed", stripped[2]);
  return llvm::success();
}

} // namespace llb::passes
