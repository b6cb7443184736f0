// SPDX-License-Identifier: Apache-2.0
//
// A delta is one way to make a module smaller. It walks over what it could take
// away, its targets, in an order of its own, and asks of each whether to do so.
// A first walk, in which nothing goes, counts them; later walks over the same
// module take away what they are told to. So a delta has to ask of all targets
// whatever the answers are: of the parts of a thing before the thing itself.
#ifndef LLB_REDUCE_DELTA_H
#define LLB_REDUCE_DELTA_H

#include "llb/IR/Module.h"

namespace llb::reduce {

class Targets {
public:
  /// Counts; nothing goes.
  Targets() = default;
  explicit Targets(const std::vector<bool> &flags) : flags(&flags) {}

  /// Whether the next target goes.
  bool drop() {
    size_t at = next++;
    bool goes = flags && at < flags->size() && (*flags)[at];
    gone += goes;
    return goes;
  }
  size_t count() const { return next; }
  /// How many have gone.
  size_t dropped() const { return gone; }

private:
  const std::vector<bool> *flags = nullptr;
  size_t next = 0;
  size_t gone = 0;
};

struct Delta {
  std::string_view name;
  void (*run)(ir::Module &module, Targets &targets);
};

/// What stands for the outputs of nodes that are taken away.
class Substitution {
public:
  explicit Substitution(const ir::Module &module)
      : gone(module.nodes.size()), with(module.nodes.size()) {}

  void byScratch(uint32_t node) { gone[node] = true; }
  void byValue(uint32_t node, ir::ValueId value) {
    if (value.valid())
      with[node] = value;
    else
      byScratch(node);
  }
  /// Lets all users use what stands for their inputs. Merges of fewer than two
  /// things go as well.
  void apply(ir::Module &module);

private:
  /// Invalid for scratch.
  ir::ValueId resolve(ir::ValueId value) const;
  void applyTo(ir::Module &module, uint32_t index);

  std::vector<bool> gone;
  std::vector<ir::ValueId> with;
};

/// Removes operations that no result needs, and inputs that no part of their
/// operation names.
void tidy(ir::Module &module);

// Results and operations (GraphDeltas.cpp).
void dropResults(ir::Module &module, Targets &targets);
void replaceByInput(ir::Module &module, Targets &targets);
void replaceByScratch(ir::Module &module, Targets &targets);
void dropUnused(ir::Module &module, Targets &targets);

// Parts of operations that others refer to (PartDeltas.cpp).
void dropActions(ir::Module &module, Targets &targets);
void dropMergeInputs(ir::Module &module, Targets &targets);
void dropMounts(ir::Module &module, Targets &targets);

// All else, by the tables of fields (FieldDeltas.cpp).
void dropSourceMap(ir::Module &module, Targets &targets);
void dropMetadata(ir::Module &module, Targets &targets);
void resetFields(ir::Module &module, Targets &targets);

} // namespace llb::reduce

#endif
