// SPDX-License-Identifier: Apache-2.0
//
// Nodes to bytes and digests, one after the other in module order. A node's
// own bytes are used as long as they name its inputs by their present digests;
// so a change to one node reaches all its users by itself.
#ifndef LLB_IR_NODEENCODER_H
#define LLB_IR_NODEENCODER_H

#include "Codec.h"

namespace llb::ir {

class NodeEncoder {
public:
  /// For about `count` nodes.
  explicit NodeEncoder(size_t count) { known.reserve(count); }

  /// The encoding of the next node, valid until the next call and as long as
  /// the node. `digest` is that of the node.
  std::string_view next(const Node &node);

  const std::vector<Digest> &digests() const { return known; }

private:
  std::vector<Digest> known;
  /// Of the node at hand.
  std::vector<Digest> inputs;
  wire::EncodeBuffer buffer;
};

} // namespace llb::ir

#endif
