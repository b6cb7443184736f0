// SPDX-License-Identifier: Apache-2.0
//
// The configuration of a container as the OCI runtime specification writes it.
#ifndef LLB_ENGINE_CONTAINERSPEC_H
#define LLB_ENGINE_CONTAINERSPEC_H

#include "llb/Engine/Exec.h"

#include <cstdint>

namespace llb::engine {

/// Who runs in a container.
struct ContainerUser {
  uint32_t uid = 0;
  uint32_t gid = 0;
  std::vector<uint32_t> groups;
  /// What HOME is where the environment does not say: the home of the first
  /// user with this uid, else `/` (runc v1.1, libcontainer/init_linux.go). crun
  /// sets nothing for a uid that nobody has.
  std::string home = "/";
};

/// Resolves `name` (`user`, `user:group`, numbers, or nothing for root) in the
/// users of a root file system.
llvm::Expected<ContainerUser> findContainerUser(const Tree &root,
                                                const std::string &name);

/// config.json. `cgroup` names the control group of the container, if it is to
/// have one of its own; else it gets to see what is at /sys/fs/cgroup here.
std::string writeContainerSpec(const Container &container,
                               const ContainerUser &user,
                               const std::string &cgroup);

} // namespace llb::engine

#endif
