// SPDX-License-Identifier: Apache-2.0
//
// A mount that is there is cloned. To make a new one is the same to see, but
// Linux takes a lock of all processes for that (cgroup_favor_dynmods, since
// 6.0), which waits 8 to 20 ms for a grace period of RCU.
#include "Cgroup2.h"

#include "MountContext.h"

#include "llb/Support/Errors.h"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <linux/mount.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringRef.h>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

namespace llb::engine {
namespace {

/// CGROUP2_SUPER_MAGIC (linux/magic.h).
constexpr long magic = 0x63677270;

UniqueFd cloneMount(const std::string &path) {
  UniqueFd fd(static_cast<int>(
      syscall(SYS_open_tree, AT_FDCWD, path.c_str(),
              OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW)));
  // Something else may be mounted above it.
  struct statfs info;
  if (!fd.valid() || fstatfs(fd.get(), &info) || info.f_type != magic)
    return UniqueFd();
  return fd;
}

/// One that is mounted with the root of our namespace (proc_pid_mountinfo(5):
/// id, parent, device, root, place, options, ... - type source options).
UniqueFd cloneAny() {
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    llvm::SmallVector<llvm::StringRef, 12> words;
    llvm::StringRef(line).split(words, ' ');
    if (words.size() < 10 || *(words.end() - 3) != "cgroup2")
      continue;
    llvm::StringRef root = words[3], place = words[4];
    bool isWritable =
        words[5].starts_with("rw") && words.back().starts_with("rw");
    // Places with spaces are written with escapes, and are passed over.
    if (root != "/" || !isWritable || place.contains('\\'))
      continue;
    if (UniqueFd clone = cloneMount(place.str()); clone.valid())
      return clone;
  }
  return UniqueFd();
}

} // namespace

UniqueFd openCgroup2() {
  UniqueFd hierarchy = cloneAny();
  if (!hierarchy.valid()) {
    MountContext context("cgroup2");
    if (context.valid())
      hierarchy = context.mount();
  }
  if (!hierarchy.valid())
    return hierarchy;
  mount_attr attributes{};
  attributes.attr_set =
      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NODEV;
  if (syscall(SYS_mount_setattr, hierarchy.get(), "", AT_EMPTY_PATH,
              &attributes, sizeof attributes))
    return UniqueFd();
  return hierarchy;
}

llvm::Error mountCgroup2(const UniqueFd &hierarchy) {
  if (!attachMount(hierarchy, "/sys/fs/cgroup"))
    return errnoError("mounting cgroup2 at /sys/fs/cgroup");
  return llvm::Error::success();
}

} // namespace llb::engine
