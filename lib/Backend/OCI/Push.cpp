// SPDX-License-Identifier: Apache-2.0
//
// An image in a registry, under each of its names.
#include "Manifest.h"

#include "llb/Registry/Push.h"
#include "llb/Support/Reference.h"

namespace llb::backend {
namespace {

/// Turns images of a store into lists of what to send.
class PushList {
public:
  PushList(engine::Store &store, Exporter &exporter)
      : store(store), exporter(exporter) {}

  registry::PushJob make(const ImageSet &images) {
    for (const Manifest &manifest : images.manifests) {
      for (size_t i = 0; i < manifest.layers.size(); ++i)
        if (addBlob(manifest.layers[i]))
          job.blobs.back().provide = mender(manifest, i);
      addBlob(manifest.config);
      addManifest(manifest.self);
    }
    if (images.top.digest != images.manifests.back().self.digest)
      addManifest(images.top);
    return std::move(job);
  }

private:
  registry::PushItem itemOf(const Descriptor &descriptor) {
    registry::PushItem item;
    item.content = {descriptor.mediaType, descriptor.digest, descriptor.size};
    if (std::optional<Digest> digest = Digest::parse(descriptor.digest))
      item.path = store.blobPath(*digest);
    item.source =
        store.index().findNote("origin:" + descriptor.digest).value_or("");
    return item;
  }
  /// False if it is there already.
  bool addBlob(const Descriptor &descriptor) {
    if (!seen.insert(descriptor.digest).second)
      return false;
    job.blobs.push_back(itemOf(descriptor));
    return true;
  }
  std::function<bool(std::string &)> mender(const Manifest &manifest,
                                            size_t index) {
    Manifest::Part part = manifest.madeOf[index];
    return [this, part,
            digest = manifest.layers[index].digest](std::string &why) {
      llvm::Error error = exporter.mendLayer(part.layer, part.isBase, digest);
      bool good = !error;
      why = llvm::toString(std::move(error));
      return good;
    };
  }
  void addManifest(const Descriptor &descriptor) {
    if (seen.insert(descriptor.digest).second)
      job.manifests.push_back(itemOf(descriptor));
  }

  engine::Store &store;
  Exporter &exporter;
  registry::PushJob job;
  std::set<std::string> seen;
};

} // namespace

llvm::Expected<Exported> Exporter::writeImage(const BuildResult &result,
                                              const Place & /*place*/) {
  auto images = buildImages(result);
  if (!images)
    return images.takeError();
  PushList list(store, *this);
  registry::PushJob job = list.make(*images);
  job.byDigest = options.pushByDigest;
  job.insecure = options.insecureRegistry;
  for (const std::string &name : options.names) {
    Reference ref;
    std::string error;
    bool good = Reference::parseNormalized(name, ref, error) &&
                registry.push(ref, job, error);
    // What has been sent will be there for the next try.
    if (std::lock_guard<std::mutex> lock(warningMutex); !good && layerLost)
      return llvm::make_error<engine::LayerLost>("");
    if (!good)
      return llvm::createStringError(std::make_error_code(std::errc::io_error),
                                     "%s: %s", name.c_str(), error.c_str());
  }
  return images->exported(images->top, options.names);
}

} // namespace llb::backend
