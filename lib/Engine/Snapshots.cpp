// SPDX-License-Identifier: Apache-2.0
//
// One layer is bound, several are an overlay. The lower directories are named
// by numbers relative to layers/, so that the kernel's page of mount options
// holds hundreds of them.
#include "llb/Engine/Snapshots.h"

#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace llb::engine {
namespace {

/// A file system context of the mount API; closed in any case.
struct Context {
  UniqueFd fd;
  bool set(const char *key, const std::string &value) {
    return syscall(SYS_fsconfig, fd.get(), FSCONFIG_SET_STRING, key,
                   value.c_str(), 0) == 0;
  }
};

} // namespace

llvm::Error enterPrivateNamespace() {
  if (unshare(CLONE_NEWNS))
    return errnoError("a mount namespace of its own (are you root?)");
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr))
    return errnoError("making mounts private");
  return llvm::Error::success();
}

MountedTree::MountedTree(MountedTree &&other) noexcept {
  *this = std::move(other);
}

MountedTree &MountedTree::operator=(MountedTree &&other) noexcept {
  std::swap(owner, other.owner);
  std::swap(parent, other.parent);
  std::swap(folder, other.folder);
  std::swap(mountPoint, other.mountPoint);
  std::swap(upper, other.upper);
  std::swap(mounted, other.mounted);
  return *this;
}

MountedTree::~MountedTree() { release(); }

void MountedTree::release() {
  if (mounted)
    umount2(mountPoint.c_str(), MNT_DETACH);
  mounted = false;
  if (!folder.empty())
    Store::removeTree(folder);
  folder.clear();
}

std::string Snapshots::layerPath(LayerId id) const {
  return engine::layerPath(store.root(), id);
}

/// Mounts `lower`, below the new layer of `tree` if that has one.
llvm::Error Snapshots::mountOverlay(const Snapshot &lower, MountedTree &tree) {
  Context context{UniqueFd(
      static_cast<int>(syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC)))};
  if (!context.fd.valid())
    return errnoError("overlayfs");
  // Topmost first. Every directory is given by itself: a list would have to fit
  // into 4 KiB with escaped colons.
  for (size_t i = lower.layers.size(); i-- > 0;)
    if (!context.set("lowerdir+", layerPath(lower.layers[i])))
      return errnoError("overlayfs on " + layerPath(lower.layers[i]));
  bool good = true;
  if (!tree.upper.empty())
    good = context.set("upperdir", tree.upper) &&
           context.set("workdir", tree.folder + "/work");
  // As BuildKit's snapshotter mounts it: no copies that refer to origins.
  good = good && context.set("index", "off") &&
         context.set("redirect_dir", "off") && context.set("metacopy", "off") &&
         context.set("xino", "off");
  if (!good || syscall(SYS_fsconfig, context.fd.get(), FSCONFIG_CMD_CREATE,
                       nullptr, nullptr, 0))
    return errnoError("overlayfs of " + std::to_string(lower.layers.size()) +
                      " layers");
  UniqueFd mount(static_cast<int>(
      syscall(SYS_fsmount, context.fd.get(), FSMOUNT_CLOEXEC, 0)));
  if (!mount.valid() ||
      syscall(SYS_move_mount, mount.get(), "", AT_FDCWD,
              tree.mountPoint.c_str(), MOVE_MOUNT_F_EMPTY_PATH))
    return errnoError("mounting " + tree.mountPoint);
  tree.mounted = true;
  return llvm::Error::success();
}

llvm::Expected<MountedTree> Snapshots::view(const Snapshot &snapshot) {
  MountedTree tree;
  tree.owner = this;
  tree.parent = snapshot;
  tree.folder = store.temporaryPath();
  tree.mountPoint = tree.folder + "/root";
  if (mkdir(tree.folder.c_str(), 0700) || mkdir(tree.mountPoint.c_str(), 0755))
    return errnoError(tree.folder);
  if (snapshot.layers.empty())
    return tree;
  if (snapshot.layers.size() > 1) {
    if (llvm::Error error = mountOverlay(snapshot, tree))
      return error;
    return tree;
  }
  std::string layer = layerPath(snapshot.layers.front());
  if (::mount(layer.c_str(), tree.mountPoint.c_str(), nullptr, MS_BIND,
              nullptr) ||
      ::mount(nullptr, tree.mountPoint.c_str(), nullptr,
              MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr))
    return errnoError(layer);
  tree.mounted = true;
  return tree;
}

llvm::Expected<MountedTree> Snapshots::prepare(const Snapshot &parent) {
  MountedTree tree;
  tree.owner = this;
  tree.parent = parent;
  tree.folder = store.temporaryPath();
  tree.upper = tree.folder + "/fs";
  tree.mountPoint = parent.layers.empty() ? tree.upper : tree.folder + "/root";
  if (mkdir(tree.folder.c_str(), 0700) || mkdir(tree.upper.c_str(), 0755) ||
      chmod(tree.upper.c_str(), 0755))
    return errnoError(tree.folder);
  if (parent.layers.empty())
    return tree;
  // The root of the new layer shows through: it starts as the one below.
  struct stat info;
  std::string top = layerPath(parent.layers.back());
  if (::stat(top.c_str(), &info) ||
      chown(tree.upper.c_str(), info.st_uid, info.st_gid) ||
      chmod(tree.upper.c_str(), info.st_mode & 07777))
    return errnoError(top);
  std::string work = tree.folder + "/work";
  if (mkdir(work.c_str(), 0700) || mkdir(tree.mountPoint.c_str(), 0755))
    return errnoError(tree.folder);
  if (llvm::Error error = mountOverlay(parent, tree))
    return error;
  return tree;
}

/// A child of another thread has all our descriptors until it becomes the
/// runtime, and a tree that one of them lies in is busy so long.
static int unmountWhenIdle(const std::string &path) {
  constexpr int tries = 5000;
  constexpr useconds_t pause = 2000;
  int error = umount2(path.c_str(), 0);
  for (int i = 0; error && errno == EBUSY && i < tries; ++i) {
    usleep(pause);
    error = umount2(path.c_str(), 0);
  }
  return error;
}

llvm::Expected<Snapshot> Snapshots::commit(MountedTree tree,
                                           const std::string &description) {
  if (tree.mounted && unmountWhenIdle(tree.mountPoint))
    return errnoError("unmounting " + tree.mountPoint);
  tree.mounted = false;
  auto id = store.index().addLayer(
      {0, nowNanoseconds(), description, tree.parent.layers});
  if (!id)
    return id.takeError();
  std::string path = layerPath(*id);
  if (::rename(tree.upper.c_str(), path.c_str()))
    return errnoError(path);
  Snapshot result = std::move(tree.parent);
  result.layers.push_back(*id);
  return result;
}

} // namespace llb::engine
