// SPDX-License-Identifier: Apache-2.0
//
// Layers become blobs once: a layer's blob is remembered with the form it was
// made in. The tar is hashed, compressed and hashed again in one pass. Layers
// of a base image are passed on as the registry served them.
#include "Compressor.h"
#include "Manifest.h"

#include "llb/Backend/ImageConfig.h"
#include "llb/Backend/LayerTar.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/Hasher.h"

namespace llb::backend {
namespace {

std::string formOf(const ExportOptions &options, std::optional<int64_t> epoch) {
  std::string form = options.compression == Compression::Gzip   ? "gzip"
                     : options.compression == Compression::Zstd ? "zstd"
                                                                : "none";
  if (options.level)
    form += ":" + std::to_string(*options.level);
  if (epoch)
    form += "@" + std::to_string(*epoch);
  return form;
}

std::string layerMediaType(Compression compression, bool oci) {
  switch (compression) {
  case Compression::Gzip:
    return oci ? "application/vnd.oci.image.layer.v1.tar+gzip"
               : "application/vnd.docker.image.rootfs.diff.tar.gzip";
  case Compression::Zstd:
    return oci ? "application/vnd.oci.image.layer.v1.tar+zstd"
               : "application/vnd.docker.image.rootfs.diff.tar.zstd";
  case Compression::None:
    break;
  }
  return oci ? "application/vnd.oci.image.layer.v1.tar"
             : "application/vnd.docker.image.rootfs.diff.tar";
}

Compression compressionOf(const std::string &mediaType) {
  if (mediaType.ends_with("gzip"))
    return Compression::Gzip;
  return mediaType.ends_with("zstd") ? Compression::Zstd : Compression::None;
}

/// `rootfs.diff_ids` of a config.
std::vector<std::string> diffIdsOf(const std::optional<std::string> &config) {
  std::vector<std::string> ids;
  auto json = config ? go::parseJson(*config) : std::nullopt;
  const go::JsonValue *rootfs = json ? json->find("rootfs") : nullptr;
  const go::JsonValue *list = rootfs ? rootfs->find("diff_ids") : nullptr;
  if (list)
    for (const go::JsonValue &item : list->items)
      ids.push_back(item.text);
  return ids;
}

} // namespace

llvm::Expected<engine::LayerBlob>
Exporter::makeBlob(const engine::Snapshot &below, engine::LayerId layer,
                   std::optional<int64_t> epoch) {
  auto writer = store.newBlob();
  if (!writer)
    return writer.takeError();
  Hasher tarHash, blobHash;
  engine::LayerBlob blob;
  auto compressor =
      Compressor::create(options.compression, options.level,
                         [&](std::string_view data) -> llvm::Error {
                           blobHash.update(data);
                           blob.size += static_cast<int64_t>(data.size());
                           return writer->write(data);
                         });
  // Headers come in small pieces; compressors like larger ones.
  std::string buffer;
  constexpr size_t bufferSize = size_t(128) << 10;
  auto flush = [&]() -> llvm::Error {
    tarHash.update(buffer);
    llvm::Error error = compressor->write(buffer);
    buffer.clear();
    return error;
  };
  llvm::Error error = writeLayerTar(snapshots, below, layer, epoch,
                                    [&](std::string_view data) -> llvm::Error {
                                      buffer += data;
                                      return buffer.size() < bufferSize
                                                 ? llvm::Error::success()
                                                 : flush();
                                    });
  if (!error)
    error = flush();
  if (!error)
    error = compressor->finish();
  if (error)
    return error;
  Digest digest = blobHash.finish();
  blob.digest = digest.str();
  blob.diffId = tarHash.finish().str();
  blob.mediaType = layerMediaType(options.compression, /*oci=*/true);
  if (llvm::Error failed = store.commitBlob(std::move(*writer), digest))
    return failed;
  return blob;
}

llvm::Expected<engine::LayerBlob>
Exporter::exportLayer(const Image &image, size_t index, bool isBase) {
  engine::LayerId layer = image.snapshot.layers[index];
  auto usable = [&](const std::optional<engine::LayerBlob> &blob) {
    std::optional<Digest> digest;
    if (blob)
      digest = Digest::parse(blob->digest);
    return digest && store.hasBlob(*digest);
  };
  std::optional<int64_t> epoch;
  if (options.rewriteTimestamp && !isBase)
    epoch = options.sourceDateEpoch;
  auto served = store.index().findBlob(layer, "base");
  if (!epoch && usable(served) &&
      (!options.forceCompression ||
       compressionOf(served->mediaType) == options.compression))
    return *served;
  std::string form = formOf(options, epoch);
  if (auto known = store.index().findBlob(layer, form); usable(known))
    return *known;
  engine::Snapshot below;
  below.layers.assign(image.snapshot.layers.begin(),
                      image.snapshot.layers.begin() +
                          static_cast<std::ptrdiff_t>(index));
  auto blob = makeBlob(below, layer, epoch);
  if (!blob)
    return blob.takeError();
  if (llvm::Error error = store.index().putBlob(layer, form, *blob))
    return error;
  return blob;
}

llvm::Expected<Exporter::Manifest> Exporter::buildManifest(const Image &image) {
  Manifest result;
  std::vector<std::string> baseIds = diffIdsOf(image.baseConfig);
  std::vector<ConfigLayer> configLayers;
  std::string layers;
  bool diverged = false;
  for (size_t i = 0; i < image.snapshot.layers.size(); ++i) {
    bool isBase = !diverged && i < baseIds.size();
    auto blob = exportLayer(image, i, isBase);
    if (!blob)
      return blob.takeError();
    if (isBase && blob->diffId != baseIds[i]) {
      diverged = true;
      blob = exportLayer(image, i, /*isBase=*/false);
      if (!blob)
        return blob.takeError();
    }
    diverged |= !isBase;
    auto record = store.index().findLayer(image.snapshot.layers[i]);
    configLayers.push_back({blob->diffId, record ? record->created : 0,
                            record ? record->description : ""});
    std::string media =
        layerMediaType(compressionOf(blob->mediaType), options.ociMediaTypes);
    std::string annotations;
    if (options.rewriteTimestamp && options.sourceDateEpoch && diverged)
      annotations = ",\n      \"annotations\": {\n        "
                    "\"buildkit/rewritten-timestamp\": \"" +
                    std::to_string(*options.sourceDateEpoch) + "\"\n      }";
    layers += (layers.empty() ? "\n    {\n      \"mediaType\": "
                              : ",\n    {\n      \"mediaType\": ") +
              go::jsonString(media) +
              ",\n      \"digest\": " + go::jsonString(blob->digest) +
              ",\n      \"size\": " + std::to_string(blob->size) + annotations +
              "\n    }";
    result.blobs.insert(blob->digest);
    result.layers.push_back(blob->digest);
  }
  auto config = finishImageConfig(image.config, image.baseConfig, configLayers,
                                  options.sourceDateEpoch);
  if (!config)
    return config.takeError();
  Digest configDigest = Digest::of(*config);
  if (llvm::Error error = store.putBlob(*config, configDigest))
    return error;
  result.configDigest = configDigest.str();
  result.mediaType =
      options.ociMediaTypes
          ? "application/vnd.oci.image.manifest.v1+json"
          : "application/vnd.docker.distribution.manifest.v2+json";
  std::string configType =
      options.ociMediaTypes ? "application/vnd.oci.image.config.v1+json"
                            : "application/vnd.docker.container.image.v1+json";
  std::string manifest =
      "{\n  \"schemaVersion\": 2,\n  \"mediaType\": " +
      go::jsonString(result.mediaType) +
      ",\n  \"config\": {\n    \"mediaType\": " + go::jsonString(configType) +
      ",\n    \"digest\": " + go::jsonString(result.configDigest) +
      ",\n    \"size\": " + std::to_string(config->size()) +
      "\n  },\n  \"layers\": " +
      (layers.empty() ? "null" : "[" + layers + "\n  ]");
  if (!options.annotations.empty()) {
    manifest += ",\n  \"annotations\": {";
    const char *separator = "\n    ";
    for (const auto &[name, value] : options.annotations) {
      manifest +=
          separator + go::jsonString(name) + ": " + go::jsonString(value);
      separator = ",\n    ";
    }
    manifest += "\n  }";
  }
  manifest += "\n}";
  Digest digest = Digest::of(manifest);
  if (llvm::Error error = store.putBlob(manifest, digest))
    return error;
  result.digest = digest.str();
  result.size = static_cast<int64_t>(manifest.size());
  result.blobs.insert(result.configDigest);
  result.blobs.insert(result.digest);
  return result;
}

} // namespace llb::backend
