// SPDX-License-Identifier: Apache-2.0
//
// What a power cut may have taken from a store.
#ifndef LLB_ENGINE_POWERCUT_H
#define LLB_ENGINE_POWERCUT_H

#include "llb/Engine/Index.h"

namespace llb::engine {

/// Has layers made anew that may not have reached the disk when the machine
/// went down: those of the last minute, if it has started since the store at
/// `root` was opened last. Call it when nobody else opens the store.
void dropUnwritten(const std::string &root, Index &index);

} // namespace llb::engine

#endif
