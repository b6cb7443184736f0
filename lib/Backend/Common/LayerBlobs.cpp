// SPDX-License-Identifier: Apache-2.0
//
// Layers become blobs once: a layer's blob is remembered with the form it was
// made in. Layers of a base image are passed on as the registry served them.
#include "MediaTypes.h"
#include "TarPacker.h"

#include "llb/Backend/Backend.h"
#include "llb/Backend/LayerTar.h"

namespace llb::backend {
namespace {

constexpr Compression defaultCompression = Compression::Gzip;

/// What a blob is remembered as.
std::string formOf(const Output &options, std::optional<int64_t> epoch) {
  std::string form = options.compression == Compression::Zstd   ? "zstd"
                     : options.compression == Compression::None ? "none"
                                                                : "gzip";
  if (options.level)
    form += ":" + std::to_string(*options.level);
  if (epoch)
    form += "@" + std::to_string(*epoch);
  return form;
}

} // namespace

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

llvm::Expected<engine::LayerBlob>
Exporter::makeBlob(const engine::Tree &layer, const engine::Tree *below,
                   std::optional<int64_t> epoch) {
  auto writer = store.newBlob();
  if (!writer)
    return writer.takeError();
  Compression compression = options.compression.value_or(defaultCompression);
  TarPacker packer(compression, options.level,
                   [&](std::string_view data) { return writer->write(data); });
  llvm::Error error = writeLayerTar(
      layer, below, epoch, [&](std::string_view data) -> llvm::Error {
        if (cancel)
          return llvm::createStringError(
              std::make_error_code(std::errc::interrupted), "interrupted");
        return packer.write(data);
      });
  if (error)
    return error;
  auto packed = packer.finish();
  if (!packed)
    return packed.takeError();
  engine::LayerBlob blob;
  blob.digest = packed->digest.str();
  blob.diffId = packed->diffId.str();
  blob.size = packed->size;
  blob.mediaType = layerMediaType(compression, /*oci=*/true);
  blob.form = formOf(options, epoch);
  if (llvm::Error failed = store.commitBlob(std::move(*writer), packed->digest))
    return failed;
  return blob;
}

std::optional<int64_t> Exporter::layerEpoch() const {
  return options.rewriteTimestamp ? options.sourceDateEpoch : std::nullopt;
}

std::string Exporter::layerForm() const {
  return formOf(options, layerEpoch());
}

llvm::Expected<engine::LayerBlob>
Exporter::packLayer(const engine::Tree &layer, const engine::Tree *below) {
  return makeBlob(layer, below, layerEpoch());
}

llvm::Expected<engine::LayerBlob>
Exporter::makeBlob(engine::LayerId layer, std::optional<int64_t> epoch) {
  // Not what lies below it in this image: a layer of COPY --link is the same
  // on any base, so it holds what its own step found missing.
  auto record = store.index().findLayer(layer);
  if (!record)
    return llvm::createStringError(
        std::make_error_code(std::errc::no_such_file_or_directory),
        "the store has no record of layer %lld", static_cast<long long>(layer));
  if (llvm::Error error = snapshots.unpack({{layer}}))
    return error;
  std::string path = snapshots.layerPath(layer);
  engine::DirTree tree = engine::DirTree::openPath(path);
  if (!tree.valid())
    return errnoError(path);
  if (record->below.empty())
    return makeBlob(tree, nullptr, epoch);
  auto view = snapshots.view({std::move(record->below)});
  if (!view)
    return view.takeError();
  engine::DirTree below = view->tree();
  if (!below.valid())
    return errnoError(view->path());
  return makeBlob(tree, &below, epoch);
}

llvm::Expected<engine::LayerBlob> Exporter::exportLayer(engine::LayerId layer,
                                                        bool isBase) {
  auto usable = [&](const std::optional<engine::LayerBlob> &blob) {
    std::optional<Digest> digest;
    if (blob)
      digest = Digest::parse(blob->digest);
    return digest && store.hasBlob(*digest, blob->size);
  };
  std::optional<int64_t> epoch = isBase ? std::nullopt : layerEpoch();
  auto served = store.index().findBlob(layer, "base");
  if (!epoch && served &&
      (!options.forceCompression ||
       compressionOf(served->mediaType) ==
           options.compression.value_or(defaultCompression)) &&
      (usable(served) || fetchAgain(*served)))
    return *served;
  std::string form = formOf(options, epoch);
  if (auto known = store.index().findBlob(layer, form); usable(known))
    return *known;
  auto blob = makeBlob(layer, epoch);
  if (!blob)
    return blob.takeError();
  if (llvm::Error error = store.index().putBlob(layer, form, *blob))
    return error;
  return blob;
}

} // namespace llb::backend
