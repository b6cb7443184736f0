// SPDX-License-Identifier: Apache-2.0
//
// A module: operations in a vector, definitions before uses, and the results
// that make them worth computing. Ids index the vector and are types of their
// own. A node that came from bytes keeps them until it is changed, so digests
// survive whatever encoding the writer chose.
#ifndef LLB_IR_MODULE_H
#define LLB_IR_MODULE_H

#include "llb/IR/Ops.h"
#include "llb/Support/Digest.h"

namespace llb::ir {

/// Index of a node in its module (or builder).
struct NodeId {
  uint32_t index = UINT32_MAX;

  bool valid() const { return index != UINT32_MAX; }
  auto operator<=>(const NodeId &) const = default;
};

/// One output of a node.
struct ValueId {
  NodeId node;
  int64_t output = 0;

  bool valid() const { return node.valid(); }
  auto operator<=>(const ValueId &) const = default;
};

/// The body of an operation; monostate for the terminal operation.
using OpBody = std::variant<std::monostate
#define LLB_OP(Struct, Mnemonic, Number) , Struct
#include "llb/IR/Ops.def"
                            >;

/// The platform of an operation, or none. Nearly all operations of a build have
/// the same one, so it is shared: copying is cheap, and who wants another value
/// sets one.
class OpPlatform {
public:
  OpPlatform() = default;
  OpPlatform(Platform platform)
      : platform(std::make_shared<const Platform>(std::move(platform))) {}
  OpPlatform(std::optional<Platform> platform) {
    if (platform)
      *this = OpPlatform(std::move(*platform));
  }

  explicit operator bool() const { return platform != nullptr; }
  const Platform &operator*() const { return *platform; }
  const Platform *operator->() const { return platform.get(); }
  /// Becomes the very one that `recent` is if they are equal; else `recent`
  /// becomes this one, if it is one.
  void shareWith(OpPlatform &recent) {
    if (*this == recent)
      platform = recent.platform;
    else if (platform)
      recent.platform = platform;
  }
  bool operator==(const OpPlatform &other) const {
    return platform == other.platform ||
           (platform && other.platform && *platform == *other.platform);
  }

private:
  std::shared_ptr<const Platform> platform;
};

/// What a digest covers: pb.Op with inputs as ids.
struct Op {
  std::vector<ValueId> inputs;
  OpPlatform platform;
  std::optional<Constraints> constraints;
  OpBody body;
  Unknown unknown;
};

struct Node {
  Op op;
  OpMetadata metadata;
  /// Whether Definition.metadata has an entry for this op.
  bool hasMetadata = false;
  Locations locations;
  /// Whether Definition.source.locations has an entry for this op.
  bool hasLocations = false;
  /// The bytes that the node was read from or that its builder made. Whoever
  /// changes the operation clears them; the canonical encoding is used then.
  /// Bytes that name other inputs than `op` does are ignored, so it is enough
  /// to clear those of the nodes that were changed, not of all their users.
  std::string original;
  /// The digest of `original`; without meaning while that is empty.
  Digest digest;
};

/// A named root: an image for one platform.
struct Result {
  /// Platform id (`linux/amd64`) or empty for the only result.
  std::string name;
  /// The terminal node, whose inputs are what is returned; invalid for scratch.
  NodeId terminal;
};

class Module {
public:
  std::vector<Node> nodes;
  std::vector<Result> results;
  std::vector<SourceInfo> sourceInfos;
  /// Whether Definition.source was present at all.
  bool hasSource = false;
  /// Entries of Definition.metadata and Definition.source.locations whose
  /// digest no operation has; kept for the round trip.
  std::map<std::string, OpMetadata> strayMetadata;
  std::map<std::string, Locations> strayLocations;
  /// Unknown fields of Definition and of its Source.
  Unknown unknown;
  Unknown sourceUnknown;

  Node &operator[](NodeId id) { return nodes[id.index]; }
  const Node &operator[](NodeId id) const { return nodes[id.index]; }
};

} // namespace llb::ir

#endif
