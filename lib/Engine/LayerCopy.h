// SPDX-License-Identifier: Apache-2.0
//
// Trees made by copying files with all that belongs to them: what layers are
// together, and what one tree changes in another.
#ifndef LLB_ENGINE_LAYERCOPY_H
#define LLB_ENGINE_LAYERCOPY_H

#include "llb/Engine/Tree.h"

#include <llvm/Support/Error.h>
#include <string>
#include <vector>

namespace llb::engine {

/// Fills the empty directory `target` with what the layers in the directories
/// `layers`, from bottom to top, are together. Files with several names in a
/// layer are one file again.
llvm::Error copyLayers(const std::vector<std::string> &layers,
                       const std::string &target);

/// Fills the empty directory `target` with what turns `lower` into `upper`, in
/// the form of a layer.
llvm::Error copyChanges(const Tree &lower, const Tree &upper,
                        const std::string &target);

} // namespace llb::engine

#endif
