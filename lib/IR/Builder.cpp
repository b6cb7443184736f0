// SPDX-License-Identifier: Apache-2.0
//
// What BuildKit v0.32.2's client does when it marshals a state (client/llb,
// state.go and fileop.go). The walk keeps its own stack: a Dockerfile of
// 100,000 steps is a chain as long. Two vertices are one node when their bytes
// are, which can make two inputs of a third the same value; so the bytes of a
// vertex are known only once its inputs are.
#include "llb/IR/Builder.h"

#include "Codec.h"
#include "VisitOrder.h"
#include "llb/IR/DigestIndex.h"
#include "llb/IR/InputIndex.h"

#include <cassert>

namespace llb::ir {
namespace {

void setAllCaps(CapMap::Map &caps) {
  for (auto &[cap, needed] : caps)
    needed = true;
}

/// Joins the metadata of two vertices that are one operation. Where only one
/// value can stand, the later vertex has the say.
void mergeMetadata(OpMetadata &into, OpMetadata &&from) {
  into.ignoreCache |= from.ignoreCache;
  from.description.merge(into.description);
  into.description = std::move(from.description);
  if (from.exportCache)
    into.exportCache = from.exportCache;
  if (into.caps.empty())
    into.caps = std::move(from.caps);
  else
    into.caps.edit().merge(from.caps.edit());
  for (const auto &[cap, needed] : into.caps)
    if (!needed)
      return setAllCaps(into.caps.edit());
  if (from.progressGroup)
    into.progressGroup = std::move(from.progressGroup);
  if (from.linuxResources)
    into.linuxResources = std::move(from.linuxResources);
  into.unknown.bytes += from.unknown.bytes;
}

class Marshaller {
public:
  using Vertices = std::vector<std::unique_ptr<Vertex>>;

  Marshaller(Vertices vertices, std::vector<SourceInfo> sourceInfos,
             Builder::Visitor visit)
      : vertices(std::move(vertices)), sourceInfos(std::move(sourceInfos)),
        visit(visit), nodeOf(this->vertices.size()),
        infoIndex(this->sourceInfos.size(), -1),
        byDigest(this->vertices.size()) {
    module.nodes.reserve(this->vertices.size() + 1);
  }

  Module run(ValueId root, std::string name) {
    Result result{std::move(name), {}};
    if (root.valid()) {
      walk(root.node);
      result.terminal = addTerminal({nodeOf[root.node.index], root.output});
      module.hasSource = true;
    }
    module.results.push_back(std::move(result));
    return std::move(module);
  }

private:
  /// Makes nodes of all that `root` needs, inputs before users.
  void walk(NodeId root) {
    struct Frame {
      NodeId vertex;
      size_t pendingBegin;
      size_t next;
    };
    std::vector<Frame> stack;
    std::vector<NodeId> pending;
    auto enter = [&](NodeId vertex) {
      size_t begin = pending.size();
      appendVisitOrder(vertices[vertex.index]->op, pending);
      stack.push_back({vertex, begin, begin});
    };
    enter(root);
    while (!stack.empty()) {
      Frame &frame = stack.back();
      if (frame.next < pending.size()) {
        NodeId input = pending[frame.next++];
        if (!nodeOf[input.index].valid())
          enter(input);
        continue;
      }
      std::unique_ptr<Vertex> vertex = std::move(vertices[frame.vertex.index]);
      nodeOf[frame.vertex.index] = addNode(*vertex);
      pending.resize(frame.pendingBegin);
      stack.pop_back();
    }
  }

  /// Makes the vertex a node, or adds it to the node with the same bytes.
  NodeId addNode(Vertex &vertex) {
    if (collectInputs(vertex.op))
      remapInputs(vertex.op.body, positions, inputs.size());
    vertex.op.inputs = inputs;
    buffer.clear();
    wire::encode(buffer, vertex.op, inputDigests);
    Digest digest = Digest::of(buffer.bytes());
    NodeId next{static_cast<uint32_t>(module.nodes.size())};
    auto [number, isNew] =
        byDigest.add(digest, next.index, [&](uint32_t node) -> const Digest & {
          return module.nodes[node].digest;
        });
    if (isNew) {
      Node &node = module.nodes.emplace_back();
      node.op = std::move(vertex.op);
      node.original = buffer.bytes();
      node.digest = digest;
      node.hasMetadata = node.hasLocations = true;
      if (visit)
        visit(next, node.op);
    }
    Node &node = module.nodes[number];
    mergeMetadata(node.metadata, std::move(vertex.metadata));
    noteUse(node.metadata);
    for (Location &location : vertex.locations)
      addLocation(node, std::move(location));
    return {number};
  }

  /// Fills `inputs` and `inputDigests` with the nodes behind the inputs of a
  /// vertex. True if some were the same value and became one; `positions` then
  /// says where each went.
  bool collectInputs(const Op &op) {
    bool joins =
        op.inputs.size() > 1 && (std::holds_alternative<Exec>(op.body) ||
                                 std::holds_alternative<File>(op.body));
    inputs.clear();
    inputDigests.clear();
    positions.clear();
    inputIndex.clear();
    for (const ValueId &input : op.inputs) {
      ValueId value{nodeOf[input.node.index], input.output};
      auto position = static_cast<int64_t>(inputs.size());
      if (joins) {
        auto [known, isNew] = inputIndex.try_emplace(value, position);
        positions.push_back(known->second);
        if (!isNew)
          continue;
      }
      inputs.push_back(value);
      inputDigests.push_back(module[value.node].digest);
    }
    return inputs.size() != op.inputs.size();
  }

  void addLocation(Node &node, Location location) {
    auto index = static_cast<uint32_t>(location.sourceIndex);
    assert(index < infoIndex.size() && "location in no source file");
    if (infoIndex[index] < 0)
      infoIndex[index] = addSourceInfo(std::move(sourceInfos[index]));
    location.sourceIndex = infoIndex[index];
    node.locations.locations.push_back(std::move(location));
  }

  int32_t addSourceInfo(SourceInfo info) {
    auto &infos = module.sourceInfos;
    for (size_t i = 0; i < infos.size(); ++i)
      if (infos[i].filename == info.filename &&
          infos[i].language == info.language && infos[i].data == info.data)
        return static_cast<int32_t>(i);
    infos.push_back(std::move(info));
    return static_cast<int32_t>(infos.size() - 1);
  }

  /// What the metadata of some operation holds the result must ask for.
  void noteUse(const OpMetadata &metadata) {
    if (metadata.ignoreCache)
      terminalCaps["meta.ignorecache"] = true;
    if (!metadata.description.empty())
      terminalCaps["meta.description"] = true;
    if (metadata.exportCache)
      terminalCaps["meta.exportcache"] = true;
  }

  NodeId addTerminal(ValueId value) {
    Node terminal;
    terminal.op.inputs = {value};
    terminal.hasMetadata = true;
    terminal.metadata.caps = CapMap(std::move(terminalCaps));
    buffer.clear();
    wire::encode(buffer, terminal.op, {module[value.node].digest});
    terminal.original = buffer.bytes();
    terminal.digest = Digest::of(terminal.original);
    module.nodes.push_back(std::move(terminal));
    return {static_cast<uint32_t>(module.nodes.size() - 1)};
  }

  Vertices vertices;
  std::vector<SourceInfo> sourceInfos;
  Builder::Visitor visit;
  /// The node each vertex became, invalid before its turn.
  std::vector<NodeId> nodeOf;
  /// Where each of `sourceInfos` went, -1 before any location named it.
  std::vector<int32_t> infoIndex;

  Module module;
  CapMap::Map terminalCaps = {{"constraints", true}, {"platform", true}};
  DigestIndex byDigest;
  wire::EncodeBuffer buffer;

  std::vector<ValueId> inputs;
  std::vector<Digest> inputDigests;
  std::vector<int64_t> positions;
  std::map<ValueId, int64_t> inputIndex;
};

} // namespace

NodeId Builder::add(Vertex vertex) {
  for ([[maybe_unused]] const ValueId &input : vertex.op.inputs)
    assert(input.node.index < vertices.size() && "input is added first");
  if (!vertex.op.constraints)
    vertex.op.constraints.emplace();
  shareCaps(vertex.metadata.caps);
  vertex.op.platform.shareWith(recentPlatform);
  vertices.push_back(std::make_unique<Vertex>(std::move(vertex)));
  return {static_cast<uint32_t>(vertices.size() - 1)};
}

/// Makes equal ones the same ones.
void Builder::shareCaps(CapMap &caps) {
  for (const CapMap &known : recentCaps)
    if (known == caps) {
      caps = known;
      return;
    }
  recentCaps[nextCaps++ % recentCaps.size()] = caps;
}

Module Builder::build(ValueId root, std::string name,
                      std::vector<SourceInfo> sourceInfos) const & {
  Marshaller::Vertices copies;
  copies.reserve(vertices.size());
  for (const std::unique_ptr<Vertex> &vertex : vertices)
    copies.push_back(std::make_unique<Vertex>(*vertex));
  return Marshaller(std::move(copies), std::move(sourceInfos), nullptr)
      .run(root, std::move(name));
}

Module Builder::build(ValueId root, std::string name,
                      std::vector<SourceInfo> sourceInfos, Visitor visit) && {
  return Marshaller(std::move(vertices), std::move(sourceInfos), visit)
      .run(root, std::move(name));
}

} // namespace llb::ir
