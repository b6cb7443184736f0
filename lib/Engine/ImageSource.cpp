// SPDX-License-Identifier: Apache-2.0
//
// An image's layers are unpacked one on top of the other, each once: the chain
// id names a layer together with all below it. Blobs stay in the store, so an
// image built on them carries them unchanged.
#include "LayerPull.h"

#include "llb/Registry/OciLayout.h"
#include "llb/Support/Reference.h"

namespace llb::engine {
namespace {

constexpr size_t maxLayers = 500;

/// Unpacks the layers of an image as far as that was not done before. `origin`
/// is the repository that has them, if it is one.
llvm::Expected<Snapshot> unpackImage(Workshop &shop, const Reference &ref,
                                     const std::string &origin,
                                     const registry::ImageManifest &image,
                                     const FetchBlob &fetch) {
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
    ForeignLayer layer{image.layers[i],
                       ids[i],
                       chain,
                       "base",
                       "pulled from " + ref.familiar(),
                       {},
                       origin};
    auto id = pullLayer(shop, ref.str(), layer, snapshot, fetch);
    if (!id)
      return id.takeError();
    snapshot.layers.push_back(*id);
  }
  return snapshot;
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
  return unpackImage(shop, ref, ref.name(), *image, fetchBlob);
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
  return unpackImage(shop, ref, /*origin=*/"", *image, fetchBlob);
}

} // namespace llb::engine
