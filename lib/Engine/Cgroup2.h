// SPDX-License-Identifier: Apache-2.0
//
// The cgroup2 file system for containers. crun 1.8 refuses machines with
// cgroups of both versions, so in our mount namespace there is this one only.
#ifndef LLB_ENGINE_CGROUP2_H
#define LLB_ENGINE_CGROUP2_H

#include "llb/Support/UniqueFd.h"

#include <llvm/Support/Error.h>

namespace llb::engine {

/// cgroup2 with the root of our cgroup namespace, writable and mounted nowhere;
/// invalid, and errno, if the machine has none for us.
UniqueFd openCgroup2();

/// Mounts that at /sys/fs/cgroup of our mount namespace, which is a private
/// one. Containers get it by a bind: a new mount of cgroup2 would wait for the
/// kernel.
llvm::Error mountCgroup2(const UniqueFd &hierarchy);

} // namespace llb::engine

#endif
