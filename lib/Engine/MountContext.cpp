// SPDX-License-Identifier: Apache-2.0
//
// The calls are made by number, so that it does not matter how old the C
// library is that this is built with.
#include "MountContext.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace llb::engine {

MountContext::MountContext(const char *type)
    : fd(static_cast<int>(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC))) {}

bool MountContext::set(const char *key, const std::string &value) {
  return syscall(SYS_fsconfig, fd.get(), FSCONFIG_SET_STRING, key,
                 value.c_str(), 0) == 0;
}

bool MountContext::setFlag(const char *key) {
  return syscall(SYS_fsconfig, fd.get(), FSCONFIG_SET_FLAG, key, nullptr, 0) ==
         0;
}

UniqueFd MountContext::mount() {
  if (syscall(SYS_fsconfig, fd.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0))
    return UniqueFd();
  return UniqueFd(
      static_cast<int>(syscall(SYS_fsmount, fd.get(), FSMOUNT_CLOEXEC, 0)));
}

bool attachMount(const UniqueFd &mount, const std::string &mountPoint) {
  return syscall(SYS_move_mount, mount.get(), "", AT_FDCWD, mountPoint.c_str(),
                 MOVE_MOUNT_F_EMPTY_PATH) == 0;
}

} // namespace llb::engine
