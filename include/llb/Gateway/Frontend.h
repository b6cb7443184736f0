// SPDX-License-Identifier: Apache-2.0
//
// llbc as a frontend that BuildKit runs: one build, from the options in the
// environment to the result handed back over the bridge.
#ifndef LLB_GATEWAY_FRONTEND_H
#define LLB_GATEWAY_FRONTEND_H

#include "llb/Frontend/Frontend.h"
#include "llb/Gateway/Bridge.h"

namespace llb::gateway {

/// Runs one build of the options in `variables`, which are as `environ` has
/// them. Without `language` it is that of the frontend image's name, then of
/// the build file. An error means that the daemon could not be told: whatever
/// is wrong with the build is part of the result.
llvm::Error runFrontend(Bridge &bridge, const char *const *variables,
                        std::optional<frontend::Language> language);

} // namespace llb::gateway

#endif
