// SPDX-License-Identifier: Apache-2.0
//
// Which system calls a build step is refused.
#ifndef LLB_ENGINE_SECCOMP_H
#define LLB_ENGINE_SECCOMP_H

#include <string>

namespace llb::engine {

/// `linux.seccomp` of a container's configuration.
std::string seccompProfile();

} // namespace llb::engine

#endif
