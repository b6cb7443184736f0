// SPDX-License-Identifier: Apache-2.0
//
// File systems made of layers. A layer is a directory in the form of an
// overlayfs upper directory: what a step added to what lay below, with
// whiteouts and opaque marks (LayerForm.h). One that nobody has looked into yet
// may be a blob alone. A snapshot is a list of layers; it is never changed. All
// mounts are made in the private mount namespace of this process
// (enterPrivateNamespace), so that they vanish with it.
#ifndef LLB_ENGINE_SNAPSHOTS_H
#define LLB_ENGINE_SNAPSHOTS_H

#include "llb/Engine/Snapshotter.h"
#include "llb/Engine/Store.h"
#include "llb/Engine/Tree.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace llb::engine {

/// Number of a layer in the store; the folder `layers/<id>` is its directory.
using LayerId = int64_t;

/// A layer that was a blob alone, which is damaged or gone. The store forgets
/// that it had it: the next solve makes it again.
class LayerLost : public llvm::ErrorInfo<LayerLost> {
public:
  static char ID;
  explicit LayerLost(std::string blob) : blobPath(std::move(blob)) {}
  /// The damaged blob, which was removed; empty if there was none.
  const std::string &blob() const { return blobPath; }
  void log(llvm::raw_ostream &out) const override;
  std::error_code convertToErrorCode() const override;

private:
  std::string blobPath;
};

/// The blob of the LayerLost that `error`, which stays as it is, has in it;
/// nothing if it has none.
std::optional<std::string> lostBlobOf(const llvm::Error &error);

/// Layers from bottom to top; none is scratch.
struct Snapshot {
  std::vector<LayerId> layers;
  bool operator==(const Snapshot &) const = default;
};

struct FuseOverlay;
class Process;
class ProcessKeeper;
class Snapshots;
class TreeState;

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
  MountedTree();
  void release();

  struct Copy;

  Snapshots *owner = nullptr;
  Snapshot parent;
  /// Folder that holds the mount point and a new layer's directories.
  std::string folder;
  std::string mountPoint;
  /// The new layer's directory; empty for a read-only view.
  std::string upper;
  bool mounted = false;
  /// Of a file system that a program serves: the program and its overlay.
  std::unique_ptr<Process> server;
  std::unique_ptr<FuseOverlay> served;
  /// Of a copy that is written on: what it was before.
  std::unique_ptr<TreeState> before;
  /// A copy that several read.
  std::shared_ptr<Copy> shared;
};

class Snapshots {
public:
  /// With overlayfs, whether the store's file system can hold it or not.
  explicit Snapshots(Store &store);
  ~Snapshots();

  /// What waits for other processes gives up as soon as `flag` is set.
  void cancelWhen(const std::atomic<bool> &flag) { cancel = &flag; }
  /// Takes another way. An error is an overlay that was asked for and cannot be
  /// had. `Auto` finds out when it first matters.
  llvm::Error choose(Snapshotter wanted);
  /// Why `Auto` has ended with copies; empty if it has not. Not to be called
  /// beside steps that run.
  const std::string &obstacle() const { return whyCopies; }

  /// Mounts a snapshot for reading.
  llvm::Expected<MountedTree> view(const Snapshot &snapshot);
  /// Mounts a new layer over `parent` for writing.
  llvm::Expected<MountedTree> prepare(const Snapshot &parent);
  /// Unmounts `tree` and keeps its layer: the snapshot is `parent` plus it.
  /// `description` and the time, else the time now, become the layer's record.
  llvm::Expected<Snapshot> commit(MountedTree tree,
                                  const std::string &description,
                                  std::optional<int64_t> created = {});
  /// A layer on top of `parent` that is these blobs and no directory.
  llvm::Expected<Snapshot> keepPacked(Snapshot parent,
                                      const std::vector<LayerBlob> &blobs,
                                      const std::string &description);
  /// Gives each layer of the snapshot that is a blob alone its directory;
  /// LayerLost if that cannot be.
  llvm::Error unpack(const Snapshot &snapshot);
  /// A layer of what turns `lower` into `upper`, whatever they are made of.
  llvm::Expected<Snapshot> diff(const Snapshot &lower, const Snapshot &upper,
                                const std::string &description);
  /// The directory of a committed layer; see `unpack`.
  std::string layerPath(LayerId id) const;

private:
  friend class MountedTree;
  llvm::Error unpackLayer(LayerId id);
  llvm::Expected<MountedTree> unpackBlob(const LayerBlob &blob,
                                         const Snapshot &below);
  std::vector<std::string> pathsOf(const Snapshot &snapshot) const;
  llvm::Error mount(const std::vector<std::string> &lower, MountedTree &tree);
  llvm::Error mountOverlay(const std::vector<std::string> &lower,
                           MountedTree &tree);
  llvm::Error mountFuse(const std::vector<std::string> &lower,
                        MountedTree &tree);
  llvm::Error tryWay(Snapshotter tried);
  void decide();
  /// Whether a snapshot that has layers is a copy of them.
  bool usesCopies();
  llvm::Expected<MountedTree> viewCopy(const Snapshot &snapshot);
  llvm::Error prepareCopy(MountedTree &tree);
  llvm::Error finish(MountedTree &tree);
  llvm::Expected<LayerId> keepLayer(MountedTree &tree,
                                    const std::vector<LayerId> &below,
                                    const std::string &description,
                                    std::optional<int64_t> created);

  Store &store;
  const std::atomic<bool> *cancel = nullptr;
  /// Never Auto.
  Snapshotter way = Snapshotter::Overlayfs;
  bool undecided = false;
  std::once_flag decided;
  std::unique_ptr<ProcessKeeper> keeper;
  std::string whyCopies;
  std::mutex mutex;
  /// Copies that somebody reads.
  std::map<std::vector<LayerId>, std::weak_ptr<MountedTree::Copy>> readCopies;
};

/// Gives this process a mount namespace whose changes nobody else sees, as
/// root, if need be in a user namespace (UserNamespace.h). Call it once, before
/// there are threads.
llvm::Error enterPrivateNamespace();

} // namespace llb::engine

#endif
