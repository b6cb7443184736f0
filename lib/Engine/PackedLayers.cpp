// SPDX-License-Identifier: Apache-2.0
//
// Layers without a directory: what is copied from a context goes into a tar at
// once (LayerDraft.h), and becomes a tree when a step wants to work on it. The
// tar is compared with its digest, as one that somebody else made.
#include "FileChange.h"
#include "WorkLock.h"

#include "llb/Engine/Snapshots.h"

#include <cerrno>
#include <fcntl.h>

namespace llb::engine {

llvm::Expected<Snapshot>
Snapshots::keepPacked(Snapshot parent, const std::vector<LayerBlob> &blobs,
                      const std::string &description) {
  auto id =
      store.index().addLayer({0, nowNanoseconds(), description, parent.layers});
  if (!id)
    return id.takeError();
  for (const LayerBlob &blob : blobs)
    if (llvm::Error error = store.index().putBlob(*id, blob.form, blob))
      return error;
  parent.layers.push_back(*id);
  return parent;
}

char LayerLost::ID;

void LayerLost::log(llvm::raw_ostream &out) const {
  if (blobPath.empty())
    out << "a layer is gone from the store; build again";
  else
    out << blobPath << " was damaged; build again";
}

std::error_code LayerLost::convertToErrorCode() const {
  return std::make_error_code(std::errc::io_error);
}

std::optional<std::string> lostBlobOf(const llvm::Error &error) {
  std::optional<std::string> blob;
  llvm::visitErrors(error, [&](const llvm::ErrorInfoBase &info) {
    if (info.isA<LayerLost>())
      blob = static_cast<const LayerLost &>(info).blob();
  });
  return blob;
}

/// The blob's files over `below`; LayerLost if they are not what its record
/// says.
llvm::Expected<MountedTree> Snapshots::unpackBlob(const LayerBlob &blob,
                                                  const Snapshot &below) {
  Digest digest = *Digest::parse(blob.digest);
  std::string path = store.blobPath(digest);
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid())
    return errnoError(path);
  auto tree = prepare(below);
  if (!tree)
    return tree.takeError();
  // Our own, of whatever size.
  const UnpackLimits none = UnpackLimits::none();
  auto diffId = applyLayer(file.get(), tree->tree(), none);
  if (diffId && diffId->str() == blob.diffId)
    return tree;
  // What fails for another reason, a full disk, says nothing of the blob.
  if (store.isWhole(digest))
    return diffId ? textError(path + " is not the layer " + blob.diffId)
                  : diffId.takeError();
  llvm::consumeError(diffId.takeError());
  if (llvm::Error error = store.removeBlob(digest))
    return error;
  return llvm::make_error<LayerLost>(path);
}

llvm::Error Snapshots::unpackLayer(LayerId id) {
  std::string path = layerPath(id);
  auto lock =
      WorkLock::take(store, Digest::of("directory of " + std::to_string(id)),
                     [this] { return cancel && *cancel; });
  if (!lock)
    return lock.takeError();
  if (::access(path.c_str(), F_OK) == 0)
    return llvm::Error::success();
  auto record = store.index().findLayer(id);
  auto blob = findWholeBlob(store.index(), store.root(), id);
  if (!record || !blob)
    return llvm::make_error<LayerLost>("");
  auto tree = unpackBlob(*blob, {std::move(record->below)});
  if (!tree)
    return tree.takeError();
  if (llvm::Error error = finish(*tree))
    return error;
  return ::rename(tree->upper.c_str(), path.c_str()) ? errnoError(path)
                                                     : llvm::Error::success();
}

llvm::Error Snapshots::unpack(const Snapshot &snapshot) {
  // From below: what a layer was made upon has a smaller number.
  for (LayerId layer : snapshot.layers)
    if (::access(layerPath(layer).c_str(), F_OK))
      if (llvm::Error error = unpackLayer(layer))
        return error;
  return llvm::Error::success();
}

} // namespace llb::engine
