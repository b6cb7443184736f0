// SPDX-License-Identifier: Apache-2.0
//
// A step that ignores the cache runs, and so does all that stands on it: what
// is recorded of that may have been made of another result.
#include "llb/CacheKey/Plan.h"

#include <algorithm>

namespace llb::cachekey {

/// A flag a node: whether it or something under it ignores the cache.
static std::vector<bool> findStale(const ir::Module &module) {
  std::vector<bool> stale;
  stale.reserve(module.nodes.size());
  for (const ir::Node &node : module.nodes) {
    bool flag = node.metadata.ignoreCache;
    for (const ir::ValueId &input : node.op.inputs)
      flag = flag || stale[input.node.index];
    stale.push_back(flag);
  }
  return stale;
}

Plan planSteps(const ir::Module &module, ir::NodeId terminal,
               const PlanQueries &queries) {
  Plan plan;
  plan.fates.resize(module.nodes.size(), Fate::NotNeeded);
  plan.wanted.resize(module.nodes.size());
  // How sure it is that a node is needed: as sure as that a user of it runs.
  std::vector<Fate> need(module.nodes.size(), Fate::NotNeeded);
  auto want = [&](const ir::ValueId &value, Fate user) {
    Fate &known = need[value.node.index];
    known = std::max(known, user);
    plan.wanted[value.node.index].insert(value.output);
  };
  plan.stale = findStale(module);
  const std::vector<bool> &stale = plan.stale;
  if (!module[terminal].op.inputs.empty())
    want(module[terminal].op.inputs.front(), Fate::Runs);
  for (uint32_t i = terminal.index; i-- > 0;) {
    if (need[i] == Fate::NotNeeded)
      continue;
    Fate &fate = plan.fates[i];
    if (queries.isAtHand({i}))
      fate = Fate::AtHand;
    else if (!stale[i] && queries.isCached({i}, plan.wanted[i]))
      fate = Fate::Cached;
    else
      fate = !stale[i] && queries.isOpen({i}) ? Fate::MayRun : need[i];
    if (fate == Fate::MayRun || fate == Fate::Runs)
      for (const ir::ValueId &input : module.nodes[i].op.inputs)
        want(input, fate);
  }
  return plan;
}

} // namespace llb::cachekey
