// SPDX-License-Identifier: Apache-2.0
//
// Local sources of one directory that differ only in the paths they ask for.
#ifndef LLB_PASSES_LOCALFILTERS_H
#define LLB_PASSES_LOCALFILTERS_H

#include "llb/Passes/Pass.h"

namespace llb::passes {

/// Lets local sources that differ only in `local.followpaths` ask for the union
/// of their paths where no reader could see more than before; see Dedup.cpp.
/// Returns how many sources were changed. About linear in the module.
uint64_t uniteLocalFilters(ir::Module &module, PassContext &context);

} // namespace llb::passes

#endif
