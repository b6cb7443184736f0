// SPDX-License-Identifier: Apache-2.0
//
// Only ids change: no operation names another module's, so digests stay.
#include "llb/IR/Linker.h"

#include <llvm/ADT/StringSet.h>

namespace llb::ir {
namespace {

void moveSources(Locations &locations, int32_t offset) {
  for (Location &location : locations.locations)
    location.sourceIndex += offset;
}

} // namespace

void linkModule(Module &into, Module from, const std::string &name) {
  auto firstNode = static_cast<uint32_t>(into.nodes.size());
  auto firstSource = static_cast<int32_t>(into.sourceInfos.size());
  for (Node &node : from.nodes) {
    for (ValueId &input : node.op.inputs)
      input.node.index += firstNode;
    moveSources(node.locations, firstSource);
    into.nodes.push_back(std::move(node));
  }

  llvm::StringSet<> taken;
  for (const Result &result : into.results)
    taken.insert(result.name);
  for (Result &result : from.results) {
    if (result.terminal.valid())
      result.terminal.index += firstNode;
    if (result.name.empty())
      result.name = name;
    std::string unique = result.name;
    for (unsigned suffix = 2; !taken.insert(unique).second; ++suffix)
      unique = result.name + "." + std::to_string(suffix);
    result.name = std::move(unique);
    into.results.push_back(std::move(result));
  }

  for (SourceInfo &info : from.sourceInfos)
    into.sourceInfos.push_back(std::move(info));
  into.hasSource |= from.hasSource;
  for (auto &[digest, metadata] : from.strayMetadata)
    into.strayMetadata.try_emplace(digest, std::move(metadata));
  for (auto &[digest, locations] : from.strayLocations) {
    moveSources(locations, firstSource);
    into.strayLocations.try_emplace(digest, std::move(locations));
  }
  into.unknown.bytes += from.unknown.bytes;
  into.sourceUnknown.bytes += from.sourceUnknown.bytes;
}

} // namespace llb::ir
