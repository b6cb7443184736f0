// SPDX-License-Identifier: Apache-2.0
//
// The capabilities that a result asks for because of the metadata of the
// operations under it.
#ifndef LLB_PASSES_TERMINALCAPS_H
#define LLB_PASSES_TERMINALCAPS_H

#include "llb/IR/Module.h"

namespace llb::passes {

/// Removes `meta.description`, `meta.ignorecache` and `meta.exportcache` from
/// the results that no longer need them; returns how many went. BuildKit's
/// client asks for each if any operation of the result has such metadata.
/// Linear in the size of the module.
uint64_t dropUnusedCaps(ir::Module &module);

} // namespace llb::passes

#endif
