// SPDX-License-Identifier: Apache-2.0
//
// Which file operations need not write files.
#ifndef LLB_ENGINE_DRAFTPLAN_H
#define LLB_ENGINE_DRAFTPLAN_H

#include "llb/CacheKey/Plan.h"

namespace llb::engine {

/// Flags the operations whose layer is part of the result and which no step
/// that runs works on but others like them: it can go into its tar from where
/// its files are. That an operation is flagged is no promise that it can be
/// done so, and one that is not may do so without harm.
std::vector<bool> planDrafts(const ir::Module &module, ir::NodeId terminal,
                             const std::vector<cachekey::Fate> &fates);

} // namespace llb::engine

#endif
