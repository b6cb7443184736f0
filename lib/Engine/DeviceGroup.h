// SPDX-License-Identifier: Apache-2.0
//
// What keeps RUN from the devices of the machine. A container has CAP_MKNOD, as
// BuildKit's have, so it can make the node of a disk; a control group decides
// that it cannot open it.
#ifndef LLB_ENGINE_DEVICEGROUP_H
#define LLB_ENGINE_DEVICEGROUP_H

#include "llb/Support/UniqueFd.h"

#include <llvm/Support/Error.h>
#include <string>

namespace llb::engine {

/// A cgroup2 group below our own whose processes may make any node, but open
/// only what containerd lets containers open (2.1, WithDefaultUnixDevices):
/// null, zero, full, random, urandom, tty, console and pseudo terminals.
class DeviceGroup {
public:
  /// In `hierarchy`, the cgroup2 of our namespace (openCgroup2). An error if
  /// the machine lets us have no such group.
  static llvm::Expected<DeviceGroup> make(const UniqueFd &hierarchy);
  DeviceGroup(DeviceGroup &&) = default;
  /// Removes the group.
  ~DeviceGroup();

  /// The group's directory, for clone3 with CLONE_INTO_CGROUP.
  int fd() const { return group.get(); }

private:
  DeviceGroup() = default;
  void removeDeadGroups();

  /// The group that we are in.
  UniqueFd parent;
  /// Locked while we live.
  UniqueFd group;
  std::string name;
};

} // namespace llb::engine

#endif
