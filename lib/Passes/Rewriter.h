// SPDX-License-Identifier: Apache-2.0
//
// Changes to a module's nodes that are collected and then made in one sweep:
// nodes go, come, and take the place of others. Ids stay what they were until
// `commit`.
#ifndef LLB_PASSES_REWRITER_H
#define LLB_PASSES_REWRITER_H

#include "llb/IR/Module.h"

namespace llb::passes {

class Rewriter {
public:
  explicit Rewriter(ir::Module &module)
      : module(module), erased(module.nodes.size()),
        replaced(module.nodes.size()) {}

  /// Drops a node; nothing may use it after the replacements.
  void erase(ir::NodeId node) { erased[node.index] = true; }
  /// Users of `node` use the same output of `with`.
  void replace(ir::NodeId node, ir::NodeId with) {
    replaced[node.index] = {with, keepOutput};
  }
  /// Users of `node`, which has one output, use `with`.
  void replace(ir::NodeId node, ir::ValueId with) {
    replaced[node.index] = with;
  }
  /// Puts a node behind `after`; its id is valid for `replace`. What it uses
  /// itself is not replaced by it.
  ir::NodeId insertAfter(ir::NodeId after, ir::Node node);
  /// What users of `value` will use.
  ir::ValueId resolve(ir::ValueId value, ir::NodeId user) const;

  /// Makes the changes. Linear in the size of the module.
  void commit();

private:
  static constexpr int64_t keepOutput = -1;

  ir::Module &module;
  std::vector<bool> erased;
  std::vector<ir::ValueId> replaced;
  struct Insertion {
    uint32_t after;
    ir::Node node;
  };
  std::vector<Insertion> insertions;
};

/// How often each node is used: once for each time it is an input.
std::vector<uint32_t> countUses(const ir::Module &module);

/// Joins the metadata of an operation that does the work of both: descriptions
/// and caps of both, the steps' names as `first ... last`. Cache policies must
/// be equal.
void joinMetadata(ir::Node &into, const ir::Node &first);

/// Whether both are treated alike by the cache and have the same limits.
bool samePolicy(const ir::OpMetadata &a, const ir::OpMetadata &b);

/// Adds the places of `from` that `into` does not have, in front or behind.
void joinLocations(ir::Node &into, const ir::Node &from, bool inFront);

} // namespace llb::passes

#endif
