// SPDX-License-Identifier: Apache-2.0
//
// Definitions to modules. BuildKit looks operations up by digest, so a
// definition may list them in any order and twice; here users follow what they
// use. What comes out has, operation by operation, the bytes that went in.
#include "llb/IR/Binary.h"

#include "Codec.h"
#include "llb/IR/DigestIndex.h"
#include "llb/Support/IRDiags.h"

namespace llb::ir {
namespace {

class Reader {
public:
  explicit Reader(DiagEngine &diags) : diags(diags) {}

  llvm::FailureOr<Module> read(std::string_view bytes) {
    wire::DefinitionSlices slices;
    if (!check(diag::BadDefinition, wire::decode(bytes, &slices)))
      return llvm::failure();
    if (!decodeOps(slices.def.items) || !order())
      return llvm::failure();
    module.unknown = std::move(slices.unknown);
    addMetadata(slices.metadata);
    addSource(slices.source.items);
    copyToRepeats();
    NodeId last;
    if (!ops.empty())
      last = nodeOf.back();
    module.results.push_back({"", last});
    return std::move(module);
  }

private:
  auto digestOf() const {
    return [this](uint32_t op) -> const Digest & { return ops[op].digest; };
  }

  bool check(DiagId id, const std::string &error) {
    if (!error.empty())
      diags.report(id, {}, error);
    return error.empty();
  }

  bool decodeOps(const std::vector<std::string_view> &defs) {
    ops.resize(defs.size());
    byDigest = DigestIndex(defs.size());
    for (size_t i = 0; i < defs.size(); ++i) {
      ops[i].bytes = defs[i];
      if (!check(diag::BadOperation, wire::decode(defs[i], &ops[i].op)))
        return false;
      ops[i].digest = Digest::of(defs[i]);
      auto [first, isNew] =
          byDigest.add(ops[i].digest, static_cast<uint32_t>(i), digestOf());
      if (!isNew)
        repeats.emplace_back(i, first);
    }
    return true;
  }

  /// Gives every operation its node, inputs before users, otherwise in the
  /// definition's order. A digest can't depend on itself, so there are no
  /// cycles.
  bool order() {
    bool ok = true;
    for (const RawOp &op : ops)
      for (const wire::Input &input : op.op.inputs)
        if (!indexOf(input.digest)) {
          diags.report(diag::UnknownInput, {}, op.digest.str(), input.digest);
          ok = false;
        }
    if (!ok)
      return false;
    nodeOf.resize(ops.size());
    module.nodes.reserve(ops.size());
    std::vector<std::pair<size_t, size_t>> stack;
    for (size_t root = 0; root < ops.size(); ++root) {
      stack.emplace_back(root, 0);
      while (!stack.empty()) {
        auto &[index, next] = stack.back();
        if (nodeOf[index].valid()) {
          stack.pop_back();
          continue;
        }
        const auto &inputs = ops[index].op.inputs;
        if (next < inputs.size()) {
          size_t input = *indexOf(inputs[next++].digest);
          if (!nodeOf[input].valid())
            stack.emplace_back(input, 0);
          continue;
        }
        nodeOf[index] = addNode(ops[index]);
        stack.pop_back();
      }
    }
    return true;
  }

  struct RawOp {
    std::string_view bytes;
    wire::Op op;
    Digest digest;
  };

  NodeId addNode(RawOp &raw) {
    Node &node = module.nodes.emplace_back();
    for (const wire::Input &input : raw.op.inputs)
      node.op.inputs.push_back({nodeOf[*indexOf(input.digest)], input.index});
    node.op.platform = std::move(raw.op.platform);
    node.op.platform.shareWith(recentPlatform);
    node.op.constraints = std::move(raw.op.constraints);
    node.op.body = std::move(raw.op.body);
    node.op.unknown = std::move(raw.op.unknown);
    node.original = raw.bytes;
    node.digest = raw.digest;
    return {static_cast<uint32_t>(module.nodes.size() - 1)};
  }

  /// The place in the definition of the operation with this digest.
  std::optional<size_t> indexOf(std::string_view text) const {
    std::optional<Digest> digest = Digest::parse(text);
    if (!digest)
      return std::nullopt;
    return byDigest.find(*digest, digestOf());
  }

  /// The node that an entry of a map by digest belongs to, or null.
  Node *find(std::string_view digest) {
    std::optional<size_t> index = indexOf(digest);
    return index ? &module[nodeOf[*index]] : nullptr;
  }

  void addMetadata(const wire::MapSlices<OpMetadata> &slices) {
    for (const auto &[key, value] : slices.entries) {
      OpMetadata metadata;
      wire::decode(value, &metadata);
      if (Node *node = find(key)) {
        node->metadata = std::move(metadata);
        node->hasMetadata = true;
      } else {
        module.strayMetadata.insert_or_assign(std::string(key),
                                              std::move(metadata));
      }
    }
  }

  void addSource(const std::vector<std::string_view> &slices) {
    wire::SourceMap source;
    for (std::string_view slice : slices)
      wire::decode(slice, &source);
    module.hasSource = !slices.empty();
    module.sourceInfos = std::move(source.infos);
    module.sourceUnknown = std::move(source.unknown);
    for (auto &[digest, value] : source.locations) {
      Locations locations = value ? std::move(*value) : Locations();
      if (Node *node = find(digest)) {
        node->locations = std::move(locations);
        node->hasLocations = true;
      } else {
        module.strayLocations.emplace(digest, std::move(locations));
      }
    }
  }

  /// An operation that is listed again has the same metadata and places.
  void copyToRepeats() {
    for (auto [again, first] : repeats) {
      Node &node = module[nodeOf[again]];
      const Node &same = module[nodeOf[first]];
      node.metadata = same.metadata;
      node.hasMetadata = same.hasMetadata;
      node.locations = same.locations;
      node.hasLocations = same.hasLocations;
    }
  }

  DiagEngine &diags;
  Module module;
  std::vector<RawOp> ops;
  /// Operations whose bytes were there before, and where.
  std::vector<std::pair<size_t, size_t>> repeats;
  DigestIndex byDigest{0};
  std::vector<NodeId> nodeOf;
  /// The platform of the last node that has one.
  OpPlatform recentPlatform;
};

} // namespace

llvm::FailureOr<Module> readModule(std::string_view bytes, DiagEngine &diags) {
  return Reader(diags).read(bytes);
}

} // namespace llb::ir
