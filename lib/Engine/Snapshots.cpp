// SPDX-License-Identifier: Apache-2.0
//
// One layer is bound, several are an overlay.
#include "llb/Engine/Snapshots.h"

#include "FuseOverlay.h"
#include "LayerCopy.h"
#include "OverlayMount.h"
#include "TreeState.h"

#include "llb/Engine/UserNamespace.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace llb::engine {

llvm::Error enterPrivateNamespace() {
  if (llvm::Error error = becomeRoot())
    return error;
  // A cgroup file system of its own takes a namespace for that.
  if (unshare(CLONE_NEWNS | (isInUserNamespace() ? CLONE_NEWCGROUP : 0)))
    return errnoError("a mount namespace of its own");
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr))
    return errnoError("making mounts private");
  return llvm::Error::success();
}

/// A whole tree in a folder of its own, removed with the last who reads it.
struct MountedTree::Copy {
  std::string folder;
  ~Copy() { Store::removeTree(folder); }
};

/// Leaves other flags of the mount alone, which a user namespace may not
/// change.
static int makeReadonly(const std::string &mountPoint) {
  mount_attr attr{};
  attr.attr_set = MOUNT_ATTR_RDONLY;
  return static_cast<int>(syscall(SYS_mount_setattr, AT_FDCWD,
                                  mountPoint.c_str(), 0, &attr, sizeof attr));
}

MountedTree::MountedTree() = default;

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
  std::swap(server, other.server);
  std::swap(served, other.served);
  std::swap(before, other.before);
  std::swap(shared, other.shared);
  return *this;
}

MountedTree::~MountedTree() { release(); }

void MountedTree::release() {
  if (mounted)
    umount2(mountPoint.c_str(), MNT_DETACH);
  mounted = false;
  server.reset();
  if (!folder.empty())
    Store::removeTree(folder);
  folder.clear();
}

Snapshots::Snapshots(Store &store)
    : store(store), keeper(std::make_unique<ProcessKeeper>()) {}

Snapshots::~Snapshots() = default;

std::string Snapshots::layerPath(LayerId id) const {
  return engine::layerPath(store.root(), id);
}

std::vector<std::string> Snapshots::pathsOf(const Snapshot &snapshot) const {
  std::vector<std::string> paths;
  for (LayerId layer : snapshot.layers)
    paths.push_back(layerPath(layer));
  return paths;
}

/// Mounts the directories `lower`, from bottom to top, below the new layer of
/// `tree` if that has one.
llvm::Error Snapshots::mountOverlay(const std::vector<std::string> &lower,
                                    MountedTree &tree) {
  OverlayMount overlay{lower, tree.upper, "", tree.mountPoint};
  if (!tree.upper.empty())
    overlay.work = tree.folder + "/work";
  if (llvm::Error error = engine::mountOverlay(overlay))
    return error;
  tree.mounted = true;
  return llvm::Error::success();
}

/// The same by fuse-overlayfs.
llvm::Error Snapshots::mountFuse(const std::vector<std::string> &lower,
                                 MountedTree &tree) {
  auto overlay = std::make_unique<FuseOverlay>();
  overlay->root = store.root();
  overlay->lower = lower;
  overlay->upper = tree.upper;
  if (!tree.upper.empty())
    overlay->work = tree.folder + "/work";
  overlay->began = nowNanoseconds();
  auto server = overlay->mount(*keeper, tree.mountPoint);
  if (!server)
    return server.takeError();
  tree.mounted = true;
  tree.server = std::make_unique<Process>(std::move(*server));
  if (!tree.upper.empty())
    tree.served = std::move(overlay);
  return llvm::Error::success();
}

llvm::Error Snapshots::mount(const std::vector<std::string> &lower,
                             MountedTree &tree) {
  return way == Snapshotter::FuseOverlayfs ? mountFuse(lower, tree)
                                           : mountOverlay(lower, tree);
}

/// Whether steps can be overlays of a kind: one is mounted, and a file below
/// removed.
llvm::Error Snapshots::tryWay(Snapshotter tried) {
  way = tried;
  MountedTree tree;
  tree.owner = this;
  tree.folder = store.temporaryPath();
  tree.mountPoint = tree.folder + "/root";
  tree.upper = tree.folder + "/fs";
  std::string lower = tree.folder + "/lower";
  for (const std::string &path :
       {tree.folder, tree.mountPoint, tree.upper, tree.folder + "/work", lower})
    if (mkdir(path.c_str(), 0700))
      return errnoError(path);
  if (mknod((lower + "/file").c_str(), S_IFREG | 0600, 0))
    return errnoError(lower);
  if (llvm::Error error = mount({lower}, tree))
    return error;
  std::string file = tree.mountPoint + "/file";
  return ::unlink(file.c_str()) ? errnoError(file) : llvm::Error::success();
}

llvm::Error Snapshots::choose(Snapshotter wanted) {
  undecided = wanted == Snapshotter::Auto;
  if (wanted == Snapshotter::Overlayfs || wanted == Snapshotter::FuseOverlayfs)
    return tryWay(wanted);
  if (!undecided)
    way = wanted;
  return llvm::Error::success();
}

void Snapshots::decide() {
  llvm::Error overlay = tryWay(Snapshotter::Overlayfs);
  if (!overlay)
    return;
  whyCopies = llvm::toString(std::move(overlay));
  if (llvm::Error fuse = tryWay(Snapshotter::FuseOverlayfs)) {
    whyCopies += "; " + llvm::toString(std::move(fuse));
    way = Snapshotter::Copy;
    return;
  }
  whyCopies.clear();
}

bool Snapshots::usesCopies() {
  if (undecided)
    std::call_once(decided, [this] { decide(); });
  return way == Snapshotter::Copy;
}

llvm::Expected<MountedTree> Snapshots::viewCopy(const Snapshot &snapshot) {
  MountedTree tree;
  tree.owner = this;
  tree.parent = snapshot;
  if (snapshot.layers.size() == 1) {
    tree.mountPoint = layerPath(snapshot.layers.front());
    return tree;
  }
  std::lock_guard<std::mutex> lock(mutex);
  std::weak_ptr<MountedTree::Copy> &known = readCopies[snapshot.layers];
  tree.shared = known.lock();
  if (!tree.shared) {
    tree.shared = std::make_shared<MountedTree::Copy>();
    tree.shared->folder = store.temporaryPath();
    if (mkdir(tree.shared->folder.c_str(), 0755))
      return errnoError(tree.shared->folder);
    if (llvm::Error error = copyLayers(pathsOf(snapshot), tree.shared->folder))
      return error;
    known = tree.shared;
  }
  tree.mountPoint = tree.shared->folder;
  return tree;
}

llvm::Expected<MountedTree> Snapshots::view(const Snapshot &snapshot) {
  if (llvm::Error error = unpack(snapshot))
    return error;
  if (!snapshot.layers.empty() && usesCopies())
    return viewCopy(snapshot);
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
    if (llvm::Error error = mount(pathsOf(snapshot), tree))
      return error;
    return tree;
  }
  std::string layer = layerPath(snapshot.layers.front());
  if (::mount(layer.c_str(), tree.mountPoint.c_str(), nullptr, MS_BIND,
              nullptr) ||
      makeReadonly(tree.mountPoint))
    return errnoError(layer);
  tree.mounted = true;
  return tree;
}

llvm::Error Snapshots::prepareCopy(MountedTree &tree) {
  if (llvm::Error error = copyLayers(pathsOf(tree.parent), tree.upper))
    return error;
  auto before = TreeState::record(tree.upper);
  if (!before)
    return before.takeError();
  tree.before = std::make_unique<TreeState>(std::move(*before));
  return llvm::Error::success();
}

llvm::Expected<MountedTree> Snapshots::prepare(const Snapshot &parent) {
  if (llvm::Error error = unpack(parent))
    return error;
  MountedTree tree;
  tree.owner = this;
  tree.parent = parent;
  tree.folder = store.temporaryPath();
  tree.upper = tree.folder + "/fs";
  bool isOverlay = !parent.layers.empty() && !usesCopies();
  tree.mountPoint = isOverlay ? tree.folder + "/root" : tree.upper;
  if (mkdir(tree.folder.c_str(), 0700) || mkdir(tree.upper.c_str(), 0755) ||
      chmod(tree.upper.c_str(), 0755))
    return errnoError(tree.folder);
  if (parent.layers.empty())
    return tree;
  if (!isOverlay) {
    if (llvm::Error error = prepareCopy(tree))
      return error;
    return tree;
  }
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
  if (llvm::Error error = mount(pathsOf(parent), tree))
    return error;
  return tree;
}

/// A child of another thread has all our descriptors until it becomes the
/// runtime, and a tree that one of them lies in is busy so long.
static int unmountWhenIdle(const std::string &path) {
  constexpr int tries = 5000;
  constexpr useconds_t firstPause = 50, longestPause = 2000;
  useconds_t pause = firstPause;
  int error = umount2(path.c_str(), 0);
  for (int i = 0; error && errno == EBUSY && i < tries; ++i) {
    usleep(pause);
    pause = std::min(2 * pause, longestPause);
    error = umount2(path.c_str(), 0);
  }
  return error;
}

/// Gives the new layer of `tree` its number and place.
llvm::Expected<LayerId> Snapshots::keepLayer(MountedTree &tree,
                                             const std::vector<LayerId> &below,
                                             const std::string &description,
                                             std::optional<int64_t> created) {
  auto id = store.index().addLayer(
      {0, created.value_or(nowNanoseconds()), description, below});
  if (!id)
    return id.takeError();
  std::string path = layerPath(*id);
  if (::rename(tree.upper.c_str(), path.c_str())) {
    int failed = errno;
    llvm::Error error = errnoError(path);
    // The index gave a number away that a layer has: it forgot that one.
    if (failed == ENOTEMPTY || failed == EEXIST)
      store.index().markDamaged();
    return error;
  }
  return *id;
}

/// Leaves of a tree that was written on its new layer, in its form.
llvm::Error Snapshots::finish(MountedTree &tree) {
  if (tree.mounted && unmountWhenIdle(tree.mountPoint))
    return errnoError("unmounting " + tree.mountPoint);
  tree.mounted = false;
  tree.server.reset();
  if (tree.served)
    return tree.served->settle();
  return tree.before ? tree.before->reduce(tree.upper) : llvm::Error::success();
}

llvm::Expected<Snapshot> Snapshots::commit(MountedTree tree,
                                           const std::string &description,
                                           std::optional<int64_t> created) {
  if (llvm::Error error = finish(tree))
    return error;
  auto id = keepLayer(tree, tree.parent.layers, description, created);
  if (!id)
    return id.takeError();
  Snapshot result = std::move(tree.parent);
  result.layers.push_back(*id);
  return result;
}

llvm::Expected<Snapshot> Snapshots::diff(const Snapshot &lower,
                                         const Snapshot &upper,
                                         const std::string &description) {
  auto below = view(lower);
  if (!below)
    return below.takeError();
  auto above = view(upper);
  if (!above)
    return above.takeError();
  auto tree = prepare({});
  if (!tree)
    return tree.takeError();
  DirTree belowTree = below->tree(), aboveTree = above->tree();
  if (!belowTree.valid() || !aboveTree.valid())
    return errnoError(store.root());
  if (llvm::Error error = copyChanges(belowTree, aboveTree, tree->upper))
    return error;
  auto id = keepLayer(*tree, lower.layers, description, std::nullopt);
  if (!id)
    return id.takeError();
  return Snapshot{{*id}};
}

} // namespace llb::engine
