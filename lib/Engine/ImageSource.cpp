// SPDX-License-Identifier: Apache-2.0
//
// An image's layers are unpacked one on top of the other, each once: the chain
// id names a layer together with all below it. Blobs stay in the store, so an
// image built on them carries them unchanged.
#include "FileChange.h"
#include "Steps.h"

#include "llb/Registry/OciLayout.h"
#include "llb/Support/Reference.h"

#include <fcntl.h>

namespace llb::engine {
namespace {

constexpr size_t maxLayers = 500;

class Pull {
public:
  /// Writes a verified blob to a file.
  using FetchBlob = std::function<bool(const registry::Descriptor &blob, int fd,
                                       std::string &error)>;
  Pull(Workshop &shop, const Reference &ref, FetchBlob fetchBlob)
      : shop(shop), ref(ref), fetchBlob(std::move(fetchBlob)) {}

  llvm::Expected<Snapshot> run(const registry::ImageManifest &image);

private:
  llvm::Error fetch(const registry::Descriptor &layer, const Digest &digest);
  llvm::Expected<int64_t> unpack(const registry::Descriptor &layer,
                                 const std::string &diffId,
                                 const std::string &chainId,
                                 const Snapshot &below);

  Workshop &shop;
  const Reference &ref;
  FetchBlob fetchBlob;
};

llvm::Expected<Snapshot> Pull::run(const registry::ImageManifest &image) {
  std::vector<std::string> ids = registry::diffIdsOf(image.config);
  if (ids.size() != image.layers.size())
    return textError(ref.str() + ": the manifest has " +
                     std::to_string(image.layers.size()) +
                     " layers, the config names " + std::to_string(ids.size()));
  if (ids.size() > maxLayers)
    return textError(ref.str() + ": more than " + std::to_string(maxLayers) +
                     " layers");
  Snapshot snapshot;
  std::string chain;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!Digest::parse(ids[i]))
      return textError(ref.str() + ": '" + ids[i] +
                       "' is not a SHA-256 digest");
    chain = i ? Digest::of(chain + " " + ids[i]).str() : ids[i];
    std::optional<int64_t> known = shop.store.index().findChain(chain);
    if (known &&
        ::access(shop.snapshots.layerPath(*known).c_str(), F_OK) == 0) {
      snapshot.layers.push_back(*known);
      continue;
    }
    if (shop.canceled())
      return textError("canceled");
    auto layer = unpack(image.layers[i], ids[i], chain, snapshot);
    if (!layer)
      return layer.takeError();
    snapshot.layers.push_back(*layer);
  }
  return snapshot;
}

llvm::Error Pull::fetch(const registry::Descriptor &layer,
                        const Digest &digest) {
  if (shop.store.hasBlob(digest, layer.size))
    return llvm::Error::success();
  auto writer = shop.store.newBlob();
  if (!writer)
    return writer.takeError();
  std::string error;
  if (!fetchBlob(layer, writer->fd(), error))
    return textError(error);
  return shop.store.commitBlob(std::move(*writer), digest);
}

llvm::Expected<int64_t> Pull::unpack(const registry::Descriptor &layer,
                                     const std::string &diffId,
                                     const std::string &chainId,
                                     const Snapshot &below) {
  std::optional<Digest> digest = Digest::parse(layer.digest);
  if (!digest)
    return textError(ref.str() + ": '" + layer.digest +
                     "' is not a SHA-256 digest");
  if (llvm::Error error = fetch(layer, *digest))
    return error;
  UniqueFd blob(
      ::open(shop.store.blobPath(*digest).c_str(), O_RDONLY | O_CLOEXEC));
  if (!blob.valid())
    return errnoError(shop.store.blobPath(*digest));
  auto tree = shop.snapshots.prepare(below);
  if (!tree)
    return tree.takeError();
  auto computed = applyLayer(blob.get(), tree->tree(), shop.options.unpack);
  if (!computed)
    return textError(ref.str() + ": layer " + layer.digest + ": " +
                     textOf(computed.takeError()));
  if (computed->str() != diffId)
    return textError(ref.str() + ": layer " + layer.digest + " unpacks to " +
                     computed->str() + ", not to " + diffId +
                     " as its config says");
  auto snapshot =
      shop.snapshots.commit(std::move(*tree), "pulled from " + ref.familiar());
  if (!snapshot)
    return snapshot.takeError();
  int64_t id = snapshot->layers.back();
  Index &index = shop.store.index();
  if (llvm::Error error = index.putBlob(
          id, "base", {layer.digest, diffId, layer.mediaType, layer.size}))
    return error;
  if (llvm::Error error = index.putNote("origin:" + layer.digest, ref.name()))
    return error;
  if (llvm::Error error = index.putChain(chainId, id))
    return error;
  return id;
}

} // namespace

llvm::Expected<Snapshot> pullImage(Workshop &shop, const std::string &reference,
                                   const PlatformSpec &platform) {
  Reference ref;
  std::string error;
  if (!Reference::parseNormalized(reference, ref, error))
    return textError(error);
  ref.addDefaultTag();
  auto image = shop.registry.fetchManifest(ref, platform, error);
  if (!image)
    return textError(error);
  auto fetchBlob = [&](const registry::Descriptor &blob, int fd,
                       std::string &why) {
    return shop.registry.fetchBlob(ref, blob, fd, why);
  };
  return Pull(shop, ref, fetchBlob).run(*image);
}

llvm::Expected<Snapshot> loadImage(Workshop &shop, const ir::Source &source,
                                   const PlatformSpec &platform) {
  Reference ref;
  std::string error;
  std::string_view name = source.identifier;
  name.remove_prefix(ociScheme.size());
  if (!Reference::parseNormalized(name, ref, error))
    return textError(error);
  if (ref.digest.empty())
    return textError(source.identifier + " has no digest");
  std::string store = attributeOf(source, "oci.store");
  auto image = registry::fetchFromStore(shop.options.ociLayouts, store, ref,
                                        platform, error);
  if (!image)
    return textError(error);
  registry::OciLayout layout(shop.options.ociLayouts.at(store));
  auto fetchBlob = [&](const registry::Descriptor &blob, int fd,
                       std::string &why) {
    return layout.fetchBlob(blob, fd, why);
  };
  return Pull(shop, ref, fetchBlob).run(*image);
}

} // namespace llb::engine
