// SPDX-License-Identifier: Apache-2.0
//
// A cache is a manifest whose config is the records and whose layers are those
// that they name, so that a registry keeps them and any tool can copy it.
#include "llb/Backend/CacheExport.h"

#include "../OCI/Manifest.h"
#include "Collect.h"

#include "llb/Registry/Push.h"
#include "llb/Support/Errors.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/Hasher.h"

namespace llb::backend {
namespace {

constexpr const char *manifestType =
    "application/vnd.oci.image.manifest.v1+json";

llvm::Expected<registry::Descriptor> put(engine::Store &store,
                                         const std::string &text,
                                         const std::string &mediaType) {
  Digest digest = Digest::of(text);
  if (llvm::Error error = store.putBlob(text, digest))
    return error;
  return registry::Descriptor{mediaType, digest.str(),
                              static_cast<int64_t>(text.size())};
}

std::string jsonOf(const registry::Descriptor &blob) {
  return Descriptor{blob.mediaType, blob.digest, blob.size, {}, {}}.str();
}

/// The layers, each blob once.
std::vector<size_t> distinctBlobs(const engine::CacheRecords &records) {
  std::vector<size_t> result;
  std::set<std::string> seen;
  for (size_t i = 0; i < records.layers.size(); ++i)
    if (seen.insert(records.layers[i].blob.digest).second)
      result.push_back(i);
  return result;
}

} // namespace

llvm::Error CacheExporter::write(const BuildResult &result,
                                 const CacheTarget &target) {
  Exporter exporter(store, snapshots, registry, target.layers, warnings,
                    cancel);
  CacheCollection collection(store, result.imports, exporter);
  if (!target.everything)
    for (const Image &image : result.images)
      if (llvm::Error error = collection.confineTo(image.snapshot))
        return error;
  for (const std::string &name : result.resultNames)
    if (llvm::Error error = collection.add(name))
      return error;

  const engine::CacheRecords &records = collection.records();
  std::string text = records.json();
  if (text.size() > engine::maxCacheRecordBytes)
    return textError("the records are longer than " +
                     std::to_string(engine::maxCacheRecordBytes) +
                     " bytes; use mode=min");
  auto config = put(store, text, engine::cacheConfigType);
  if (!config)
    return config.takeError();
  std::string layers;
  for (size_t layer : distinctBlobs(records))
    layers += (layers.empty() ? "" : ",") + jsonOf(records.layers[layer].blob);
  auto manifest = put(
      store,
      "{\"schemaVersion\":2,\"mediaType\":" + go::jsonString(manifestType) +
          ",\"config\":" + jsonOf(*config) + ",\"layers\":[" + layers + "]}",
      manifestType);
  if (!manifest)
    return manifest.takeError();
  if (!target.location.directory.empty())
    return writeCacheDirectory(target.location.directory, target.location.tag,
                               collection, store, *config, *manifest);

  auto itemOf = [&](const registry::Descriptor &blob) {
    registry::PushItem item{blob, "", ""};
    if (std::optional<Digest> digest = Digest::parse(blob.digest))
      item.path = store.blobPath(*digest);
    item.source = store.index().findNote("origin:" + blob.digest).value_or("");
    return item;
  };
  registry::PushJob job;
  job.insecure = target.insecure;
  for (size_t layer : distinctBlobs(records)) {
    job.blobs.push_back(itemOf(records.layers[layer].blob));
    job.blobs.back().provide = [&collection, layer](std::string &why) {
      llvm::Error error = collection.provide(layer);
      bool good = !error;
      why = llvm::toString(std::move(error));
      return good;
    };
  }
  job.blobs.push_back(itemOf(*config));
  job.manifests.push_back(itemOf(*manifest));
  std::string error;
  return registry.push(target.location.repository, job, error)
             ? llvm::Error::success()
             : textError(error);
}

} // namespace llb::backend
