// SPDX-License-Identifier: Apache-2.0
//
// What a blob unpacks to is compared with the digest that was promised, so a
// blob that was damaged in the store shows, and is fetched once more.
#include "LayerPull.h"

#include "FileChange.h"
#include "WorkLock.h"

#include "llb/Support/BuildDiags.h"

#include <fcntl.h>

namespace llb::engine {
namespace {

llvm::Expected<Digest> digestOf(const std::string &name,
                                const registry::Descriptor &blob) {
  if (std::optional<Digest> digest = Digest::parse(blob.digest))
    return *digest;
  return textError(name + ": '" + blob.digest + "' is not a SHA-256 digest");
}

/// The layer if the store has it whole.
std::optional<LayerId> findLayer(Workshop &shop, const std::string &identity) {
  std::optional<LayerId> known = shop.store.index().findChain(identity);
  if (known && ::access(shop.snapshots.layerPath(*known).c_str(), F_OK) == 0)
    return known;
  return std::nullopt;
}

llvm::Expected<MountedTree> unpack(Workshop &shop, const std::string &name,
                                   const ForeignLayer &layer,
                                   const Digest &digest,
                                   const Snapshot &below) {
  std::string path = shop.store.blobPath(digest);
  UniqueFd blob(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!blob.valid())
    return errnoError(path);
  auto tree = shop.snapshots.prepare(below);
  if (!tree)
    return tree.takeError();
  auto computed = applyLayer(blob.get(), tree->tree(), shop.options.unpack);
  if (!computed)
    return textError(name + ": layer " + layer.blob.digest + ": " +
                     textOf(computed.takeError()));
  if (computed->str() != layer.diffId)
    return textError(name + ": layer " + layer.blob.digest + " unpacks to " +
                     computed->str() + ", not to " + layer.diffId +
                     " as its config says");
  return tree;
}

} // namespace

bool hasLayer(Workshop &shop, const std::string &identity) {
  return findLayer(shop, identity).has_value();
}

llvm::Error fetchIntoStore(Store &store, const registry::Descriptor &blob,
                           const FetchBlob &fetch) {
  auto digest = digestOf("blob", blob);
  if (!digest)
    return digest.takeError();
  if (store.hasBlob(*digest, blob.size))
    return llvm::Error::success();
  auto writer = store.newBlob();
  if (!writer)
    return writer.takeError();
  std::string error;
  if (!fetch(blob, writer->fd(), error))
    return textError(error);
  return store.commitBlob(std::move(*writer), *digest);
}

llvm::Expected<LayerId> pullLayer(Workshop &shop, const std::string &name,
                                  const ForeignLayer &layer,
                                  const Snapshot &below,
                                  const FetchBlob &fetch) {
  if (auto known = findLayer(shop, layer.identity))
    return *known;
  auto lock = WorkLock::take(shop.store, Digest::of("layer " + layer.identity),
                             [&] { return shop.canceled(); });
  if (!lock)
    return lock.takeError();
  if (auto known = findLayer(shop, layer.identity))
    return *known;
  if (shop.canceled())
    return textError("canceled");

  auto digest = digestOf(name, layer.blob);
  if (!digest)
    return digest.takeError();
  bool wasThere =
      !layer.isFresh && shop.store.hasBlob(*digest, layer.blob.size);
  if (llvm::Error error = fetchIntoStore(shop.store, layer.blob, fetch))
    return error;
  auto tree = unpack(shop, name, layer, *digest, below);
  if (!tree && wasThere && !shop.canceled() && !shop.store.isWhole(*digest)) {
    std::string why = textOf(tree.takeError());
    if (std::lock_guard<std::mutex> guard(shop.mutex); shop.options.warnings)
      shop.options.warnings->report(diag::StoredBlobDamaged, {}, why);
    if (llvm::Error error = shop.store.removeBlob(*digest))
      return error;
    if (llvm::Error error = fetchIntoStore(shop.store, layer.blob, fetch))
      return error;
    tree = unpack(shop, name, layer, *digest, below);
  }
  if (!tree)
    return tree.takeError();
  auto snapshot =
      shop.snapshots.commit(std::move(*tree), layer.description, layer.created);
  if (!snapshot)
    return snapshot.takeError();
  LayerId id = snapshot->layers.back();
  Index &index = shop.store.index();
  if (llvm::Error error =
          index.putBlob(id, layer.form,
                        {layer.blob.digest, layer.diffId, layer.blob.mediaType,
                         layer.blob.size}))
    return error;
  if (!layer.origin.empty())
    if (llvm::Error error =
            index.putNote("origin:" + layer.blob.digest, layer.origin))
      return error;
  if (llvm::Error error = index.putChain(layer.identity, id))
    return error;
  return id;
}

} // namespace llb::engine
