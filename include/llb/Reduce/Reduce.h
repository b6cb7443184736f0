// SPDX-License-Identifier: Apache-2.0
//
// Makes a module that shows a fault as small as it can while the fault shows:
// delta debugging over what a module consists of.
#ifndef LLB_REDUCE_REDUCE_H
#define LLB_REDUCE_REDUCE_H

#include "llb/IR/Module.h"

#include <functional>

namespace llb::reduce {

struct ReduceOptions {
  /// Whether the module still shows what is looked for. It is asked only for
  /// modules that are smaller than all it has accepted.
  std::function<bool(const ir::Module &)> isInteresting;
  /// Whether to end with what has been reached; asked before each test.
  std::function<bool()> shouldStop = [] { return false; };
  /// Told of each module that was accepted, and by what it got smaller.
  std::function<void(std::string_view delta, const ir::Module &)> onSmaller =
      [](std::string_view, const ir::Module &) {};
  /// Whether only modules that keep the rules of LLB count.
  bool verify = true;
};

/// Makes `module`, which must be interesting, smaller until nothing that can be
/// taken away is left or `shouldStop` says so. Deterministic. Returns how many
/// modules were tested.
uint64_t reduceModule(ir::Module &module, const ReduceOptions &options);

} // namespace llb::reduce

#endif
