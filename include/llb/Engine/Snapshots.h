// SPDX-License-Identifier: Apache-2.0
//
// File systems made of layers. A layer is a directory in the form of an
// overlayfs upper directory: what a step added to what lay below, with
// whiteouts and opaque marks. A snapshot is a list of layers; it is never
// changed. All mounts are made in the private mount namespace of this process
// (enterPrivateNamespace), so that they vanish with it.
#ifndef LLB_ENGINE_SNAPSHOTS_H
#define LLB_ENGINE_SNAPSHOTS_H

#include "llb/Engine/Store.h"
#include "llb/Engine/Tree.h"

#include <cstdint>

namespace llb::engine {

/// Number of a layer in the store; the folder `layers/<id>` is its directory.
using LayerId = int64_t;

/// Layers from bottom to top; none is scratch.
struct Snapshot {
  std::vector<LayerId> layers;
  bool operator==(const Snapshot &) const = default;
};

class Snapshots;

/// A mounted snapshot, or a new layer on top of one that is being written.
/// Unmounted, and an uncommitted layer removed, when it goes.
class MountedTree {
public:
  MountedTree(MountedTree &&) noexcept;
  MountedTree &operator=(MountedTree &&) noexcept;
  ~MountedTree();

  const std::string &path() const { return mountPoint; }
  DirTree tree() const { return DirTree::openPath(mountPoint); }

private:
  friend class Snapshots;
  MountedTree() = default;
  void release();

  Snapshots *owner = nullptr;
  Snapshot parent;
  /// Folder that holds the mount point and a new layer's directories.
  std::string folder;
  std::string mountPoint;
  /// The new layer's directory; empty for a read-only view.
  std::string upper;
  bool mounted = false;
};

class Snapshots {
public:
  explicit Snapshots(Store &store) : store(store) {}

  /// Mounts a snapshot for reading.
  llvm::Expected<MountedTree> view(const Snapshot &snapshot);
  /// Mounts a new layer over `parent` for writing.
  llvm::Expected<MountedTree> prepare(const Snapshot &parent);
  /// Unmounts `tree` and keeps its layer: the snapshot is `parent` plus it.
  /// `description` and the time now become the layer's record.
  llvm::Expected<Snapshot> commit(MountedTree tree,
                                  const std::string &description);
  /// The directory of a committed layer.
  std::string layerPath(LayerId id) const;

private:
  friend class MountedTree;
  llvm::Error mountOverlay(const Snapshot &lower, MountedTree &tree);

  Store &store;
};

/// Gives this process a mount namespace whose changes nobody else sees. Call it
/// once, before there are threads.
llvm::Error enterPrivateNamespace();

} // namespace llb::engine

#endif
