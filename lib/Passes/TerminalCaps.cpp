// SPDX-License-Identifier: Apache-2.0
//
// One sweep over the nodes, inputs before users, with a bit for each of the
// three capabilities, so that many results cost no more than one.
#include "TerminalCaps.h"

namespace llb::passes {
namespace {

constexpr std::string_view capNames[] = {"meta.description", "meta.ignorecache",
                                         "meta.exportcache"};

uint8_t needs(const ir::OpMetadata &metadata) {
  return (metadata.description.empty() ? 0 : 1) |
         (metadata.ignoreCache ? 2 : 0) | (metadata.exportCache ? 4 : 0);
}

} // namespace

uint64_t dropUnusedCaps(ir::Module &module) {
  std::vector<uint8_t> needed(module.nodes.size());
  for (size_t i = 0; i < module.nodes.size(); ++i) {
    const ir::Node &node = module.nodes[i];
    needed[i] = needs(node.metadata);
    for (const ir::ValueId &input : node.op.inputs)
      needed[i] |= needed[input.node.index];
  }
  uint64_t dropped = 0;
  for (const ir::Result &result : module.results) {
    if (!result.terminal.valid())
      continue;
    for (size_t bit = 0; bit < std::size(capNames); ++bit)
      if (!(needed[result.terminal.index] >> bit & 1))
        dropped += module[result.terminal].metadata.caps.edit().erase(
            std::string(capNames[bit]));
  }
  return dropped;
}

} // namespace llb::passes
