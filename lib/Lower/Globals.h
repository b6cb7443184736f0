// SPDX-License-Identifier: Apache-2.0
//
// Variables that FROM sees: predefined platform arguments and the ARGs before
// the first FROM (BuildKit v0.32.2, dockerfile2llb defaultArgs, buildMetaArgs).
#ifndef LLB_LOWER_GLOBALS_H
#define LLB_LOWER_GLOBALS_H

#include "State.h"

namespace llb::lower {

/// Fills `context.globalEnv` and warns of bases that are sound only with build
/// arguments. `declared` gets what an outline tells of the global arguments.
llvm::LogicalResult lowerGlobals(LowerContext &context,
                                 std::map<std::string, ArgInfo> &declared);

/// Proxy settings among the build arguments, whatever their case.
std::optional<ir::ProxyEnv>
proxyEnvOf(const std::map<std::string, std::string> &buildArgs);

} // namespace llb::lower

#endif
