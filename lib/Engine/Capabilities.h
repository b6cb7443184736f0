// SPDX-License-Identifier: Apache-2.0
//
// What the processes of a container may do as root.
#ifndef LLB_ENGINE_CAPABILITIES_H
#define LLB_ENGINE_CAPABILITIES_H

#include <string>
#include <vector>

namespace llb::engine {

/// BuildKit v0.32.2's list for a container, which is containerd's.
std::vector<std::string> usualCapabilities();

/// All that this process can give, for `RUN --security=insecure`.
std::vector<std::string> allCapabilities();

} // namespace llb::engine

#endif
