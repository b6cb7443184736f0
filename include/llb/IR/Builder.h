// SPDX-License-Identifier: Apache-2.0
//
// Makes modules. Frontends and lowering create vertices here in any order that
// defines before it uses; `build` then does what BuildKit's client does when it
// marshals a state (v0.32.2, client/llb): walk depth-first from the result,
// inputs before users, make one node of vertices with equal bytes and join
// their metadata and places, and end with the terminal operation.
//
// Vertices may still be edited until `build`: the build context, for one, is
// complete only after every stage has said which files it reads.
#ifndef LLB_IR_BUILDER_H
#define LLB_IR_BUILDER_H

#include "llb/IR/Module.h"

#include <llvm/ADT/STLFunctionalExtras.h>

namespace llb::ir {

/// A vertex before it has a digest. `NodeId`s of its inputs are the builder's.
struct Vertex {
  Op op;
  OpMetadata metadata;
  /// Places of the instruction; empty for helper operations.
  std::vector<Location> locations;
};

class Builder {
public:
  /// Is shown each operation when it becomes a node, while it is in the cache.
  using Visitor = llvm::function_ref<void(NodeId, const Op &)>;

  /// Adds a vertex; the operation's inputs must have been added before. An
  /// absent `constraints` is set to the empty message that BuildKit always
  /// writes.
  NodeId add(Vertex vertex);

  /// A vertex that was added, to be completed before `build`.
  Vertex &edit(NodeId id) { return *vertices[id.index]; }
  const Vertex &get(NodeId id) const { return *vertices[id.index]; }
  size_t size() const { return vertices.size(); }

  /// The module whose only result, `name`, is `root` (invalid: scratch, which
  /// is a module without operations). Vertices that `root` does not need are
  /// left out; the order is BuildKit's: inputs of a file operation are visited
  /// from its last action to its first, all others' in their order. Inputs of
  /// an exec or file operation that turn out to be the same value become one,
  /// with the indices of mounts and actions following. The terminal operation
  /// gets its caps; `sourceInfos` are put in the order in which operations name
  /// them, and those that none names are dropped. Linear in the number of
  /// vertices. The second form uses the vertices up instead of copying them;
  /// `visit`, which may be null, sees all nodes but the terminal one, in order.
  Module build(ValueId root, std::string name,
               std::vector<SourceInfo> sourceInfos) const &;
  Module build(ValueId root, std::string name,
               std::vector<SourceInfo> sourceInfos, Visitor visit = nullptr) &&;

private:
  void shareCaps(CapMap &caps);

  /// Each by itself, so that `build` can let go of one as it becomes a node.
  std::vector<std::unique_ptr<Vertex>> vertices;
  /// The capabilities of the last vertices that differ.
  std::array<CapMap, 4> recentCaps;
  size_t nextCaps = 0;
  /// The platform of the last vertex that has one.
  OpPlatform recentPlatform;
};

} // namespace llb::ir

#endif
