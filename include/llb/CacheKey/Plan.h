// SPDX-License-Identifier: Apache-2.0
//
// Which steps a build has to run, given which results are there.
#ifndef LLB_CACHEKEY_PLAN_H
#define LLB_CACHEKEY_PLAN_H

#include "llb/IR/Module.h"

#include <llvm/ADT/STLFunctionalExtras.h>
#include <set>

namespace llb::cachekey {

enum class Fate : uint8_t {
  /// Nobody asks for it.
  NotNeeded,
  /// A source that is at hand, like a local directory.
  AtHand,
  Cached,
  /// Whether it is cached, or needed at all, depends on what an open source
  /// brings.
  MayRun,
  Runs,
};

/// What a plan asks about a node.
struct PlanQueries {
  llvm::function_ref<bool(ir::NodeId)> isAtHand;
  /// Whether all of these outputs are recorded.
  llvm::function_ref<bool(ir::NodeId, const std::set<int64_t> &)> isCached;
  /// Whether its key leaves open what it makes.
  llvm::function_ref<bool(ir::NodeId)> isOpen;
};

struct Plan {
  /// One a node.
  std::vector<Fate> fates;
  /// Outputs of a node that somebody reads.
  std::vector<std::set<int64_t>> wanted;
  /// Nodes that ignore what is recorded, or stand on one that does.
  std::vector<bool> stale;
};

/// From the result down: below a step whose outputs are recorded nothing is
/// needed. Each node that is needed is asked about once, users before inputs.
Plan planSteps(const ir::Module &module, ir::NodeId terminal,
               const PlanQueries &queries);

} // namespace llb::cachekey

#endif
