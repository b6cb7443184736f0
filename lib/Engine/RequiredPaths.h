// SPDX-License-Identifier: Apache-2.0
//
// What a copy has to find.
#ifndef LLB_ENGINE_REQUIREDPATHS_H
#define LLB_ENGINE_REQUIREDPATHS_H

#include "llb/Engine/Tree.h"
#include "llb/IR/Ops.h"

#include <llvm/Support/Error.h>

namespace llb::engine {

/// An error if the copy would find nothing at one of its required paths. As
/// when BuildKit v0.32.2 computes the key of such a step (cache/contenthash,
/// includedPaths), links are followed in the source path and not in its include
/// patterns. Of an image (`isImage`) the paths have to exist, no more: BuildKit
/// computes no key of one that it sees for the first time.
llvm::Error checkRequiredPaths(const Tree &source, const ir::Copy &copy,
                               bool isImage);

} // namespace llb::engine

#endif
