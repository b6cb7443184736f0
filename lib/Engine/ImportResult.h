// SPDX-License-Identifier: Apache-2.0
//
// Results that caches of others have.
#ifndef LLB_ENGINE_IMPORTRESULT_H
#define LLB_ENGINE_IMPORTRESULT_H

#include "Steps.h"

#include "llb/Engine/CacheImports.h"

namespace llb::engine {

/// Gets a line for progress.
using TellImport = std::function<void(const std::string &line)>;

/// Takes the result of this name from the first cache that has it whole.
std::optional<Snapshot> importResult(Workshop &shop, const std::string &name,
                                     const TellImport &tell);

} // namespace llb::engine

#endif
