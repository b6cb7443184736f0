// SPDX-License-Identifier: Apache-2.0
//
// The state directory of the engine, shared by any number of processes:
//
//   oci-layout, blobs/sha256/   content by digest, an OCI layout
//   layers/<id>/                layers of snapshots (Snapshots.h)
//   cache/<sha256 of id>/       cache mounts
//   tmp/<name>/                 one folder a process, locked while it lives
//   work/<digest>               locks of steps that run (lib/Engine/WorkLock.h)
//   index.db                    what is known of all that (Index.h)
//   lock                        locked by whoever uses the store
//
// Content appears by rename, after it is complete; a record is written after
// what it names. So a kill leaves at most a folder in tmp/, which the next
// process to open the store removes, since nobody holds its lock. Nothing waits
// for the disk: the store can be made again, and what is read of it is compared
// with its size and digest.
#ifndef LLB_ENGINE_STORE_H
#define LLB_ENGINE_STORE_H

#include "llb/Engine/Index.h"
#include "llb/Support/Errors.h"
#include "llb/Support/Hasher.h"
#include "llb/Support/UniqueFd.h"

#include <atomic>
#include <llvm/Support/Error.h>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace llb::engine {

/// Content on its way into the store.
class BlobWriter {
public:
  BlobWriter(BlobWriter &&) noexcept = default;
  /// Removes what was written unless it was committed.
  ~BlobWriter();

  int fd() const { return file.get(); }
  const std::string &path() const { return temporary; }
  llvm::Error write(std::string_view data);

private:
  friend class Store;
  BlobWriter() = default;

  UniqueFd file;
  std::string temporary;
};

class Store {
public:
  /// The user's, where no other is named.
  static std::string defaultRoot();
  /// Opens or creates the store at `root` and sweeps what dead processes left.
  static llvm::Expected<std::unique_ptr<Store>> open(const std::string &root);
  ~Store();

  const std::string &root() const { return rootPath; }
  /// Why the index was begun anew when the store was opened; empty if it was
  /// not.
  const std::string &repairReason() const { return repaired; }
  Index &index() { return *records; }

  std::string blobPath(const Digest &digest) const;
  /// A power cut can leave a file shorter than it was: who knows the size gives
  /// it, and a file of another size counts as absent.
  bool hasBlob(const Digest &digest, std::optional<int64_t> size = {}) const;
  llvm::Expected<BlobWriter> newBlob();
  /// Makes the content available as `digest`, which the caller computed. It is
  /// not forced to the disk: what a power cut takes is made again.
  llvm::Error commitBlob(BlobWriter writer, const Digest &digest);
  /// The same with content at hand; one that is there damaged is replaced.
  llvm::Error putBlob(std::string_view content, const Digest &digest);
  llvm::Error removeBlob(const Digest &digest);
  /// Whether the blob is there and is what its digest says. What this process
  /// has verified or written is not read once more. Any thread may ask.
  bool isWhole(const Digest &digest);
  /// Whole content, verified, if it is at most `maxBytes` long.
  llvm::Expected<std::string> readBlob(const Digest &digest,
                                       std::size_t maxBytes) const;

  /// The end of a message about something that failed, `; 4096 bytes are free
  /// in DIR`, if the store's disk is as good as full; else empty.
  std::string fullNote() const;

  /// Whether nobody else uses the store; nobody begins to before this ends.
  bool lockAlone();

  /// A name that no other use of this store has while this process lives.
  std::string uniqueName();
  /// A new path in this process's folder below tmp/; nothing is there yet.
  std::string temporaryPath();
  /// The same in memory, where a file system can be mounted for that: for small
  /// files, in a mount namespace that ends with this process. Any thread may
  /// ask.
  std::string memoryPath();
  /// Removes a tree below the store, mount points excepted.
  static void removeTree(const std::string &path);

private:
  Store() = default;
  llvm::Error makeFolders();
  bool lostIndex() const;
  llvm::Error repair(llvm::Error error);
  void sweep();

  std::string rootPath;
  std::string ownFolder;
  std::once_flag memoryTried;
  /// Empty until there is one.
  std::string memoryFolder;
  std::string repaired;
  UniqueFd ownLock;
  /// Shared by all who use the store.
  UniqueFd useLock;
  std::atomic<unsigned> counter{0};
  std::mutex wholeMutex;
  /// Blobs of which it is known.
  std::set<Digest> whole;
  std::unique_ptr<Index> records;
};

/// Where the store at `root` has its content, in files that are called by the
/// hexadecimal digits of their digests.
std::string blobsPath(const std::string &root);

/// Where the directory of the layer with this number is, if it has one.
std::string layerPath(const std::string &root, int64_t layer);

/// A blob of a layer that says all of it, and whose file is in the store at
/// `root`.
std::optional<LayerBlob> findWholeBlob(Index &index, const std::string &root,
                                       int64_t layer);

/// Nanoseconds since 1970.
int64_t nowNanoseconds();

/// By which an index knows an output of the step with this cache key.
std::string resultName(const Digest &key, int64_t output);

/// The layers of a result, if the store at `root` has a record of it and still
/// has all of them.
std::optional<std::vector<int64_t>>
findWholeResult(Index &index, const std::string &root, const std::string &name);

} // namespace llb::engine

#endif
