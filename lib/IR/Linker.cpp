// SPDX-License-Identifier: Apache-2.0
//
// Only ids change: no operation names another module's, so digests stay.
#include "llb/IR/Linker.h"
#include "llb/IR/Reach.h"

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

Module splitResult(const Module &module, size_t index) {
  const Result &wanted = module.results[index];
  std::vector<bool> needed = findNeeded(module, wanted.terminal);

  Module part;
  part.hasSource = module.hasSource;
  part.unknown = module.unknown;
  part.sourceUnknown = module.sourceUnknown;
  std::vector<uint32_t> newIndex(module.nodes.size());
  std::vector<int32_t> newSource(module.sourceInfos.size(), -1);
  for (size_t i = 0; i < module.nodes.size(); ++i) {
    if (!needed[i])
      continue;
    newIndex[i] = static_cast<uint32_t>(part.nodes.size());
    Node &node = part.nodes.emplace_back(module.nodes[i]);
    for (ValueId &input : node.op.inputs)
      input.node.index = newIndex[input.node.index];
    for (Location &location : node.locations.locations) {
      auto source = static_cast<uint32_t>(location.sourceIndex);
      // A place in no file stays in none.
      if (source >= newSource.size())
        continue;
      if (newSource[source] < 0) {
        newSource[source] = static_cast<int32_t>(part.sourceInfos.size());
        part.sourceInfos.push_back(module.sourceInfos[source]);
      }
      location.sourceIndex = newSource[source];
    }
  }
  Result result = wanted;
  if (result.terminal.valid())
    result.terminal.index = newIndex[result.terminal.index];
  part.results.push_back(std::move(result));
  return part;
}

} // namespace llb::ir
