// SPDX-License-Identifier: Apache-2.0
//
// Layers become blobs once: a layer's blob is remembered with the form it was
// made in. Layers of a base image are passed on as the registry served them, or
// with the same tar inside where another compression is forced: their diff ids
// are those of the base image in any case.
#include "MediaTypes.h"
#include "TarPacker.h"

#include "llb/Backend/Backend.h"
#include "llb/Backend/LayerTar.h"
#include "llb/Engine/Decompress.h"
#include "llb/Support/Errors.h"

#include <fcntl.h>

namespace llb::backend {
namespace {

constexpr Compression defaultCompression = Compression::Gzip;
/// What is decompressed at a time.
constexpr size_t pieceSize = size_t(1) << 16;

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
Exporter::packBlob(llvm::function_ref<llvm::Error(const ByteSink &)> writeTar,
                   std::optional<int64_t> epoch) {
  auto writer = store.newBlob();
  if (!writer)
    return writer.takeError();
  Compression compression = options.compression.value_or(defaultCompression);
  TarPacker packer(compression, options.level,
                   [&](std::string_view data) { return writer->write(data); });
  llvm::Error error = writeTar([&](std::string_view data) -> llvm::Error {
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

llvm::Expected<engine::LayerBlob>
Exporter::makeBlob(const engine::Tree &layer, const engine::Tree *below,
                   std::optional<int64_t> epoch) {
  return packBlob(
      [&](const ByteSink &sink) {
        return writeLayerTar(layer, below, epoch, sink);
      },
      epoch);
}

llvm::Expected<engine::LayerBlob>
Exporter::recompress(const engine::LayerBlob &served) {
  std::optional<Digest> digest = Digest::parse(served.digest);
  if (!digest)
    return textError("'" + served.digest + "' is not a SHA-256 digest");
  std::string path = store.blobPath(*digest);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid())
    return errnoError(path);
  auto content = engine::Decompressor::open(fd.get());
  if (!content)
    return content.takeError();
  auto copy = [&](const ByteSink &sink) -> llvm::Error {
    auto buffer = std::make_unique<char[]>(pieceSize);
    while (true) {
      auto n = content->read(buffer.get(), pieceSize);
      if (!n)
        return n.takeError();
      if (*n == 0)
        return llvm::Error::success();
      if (llvm::Error error = sink({buffer.get(), *n}))
        return error;
    }
  };
  return packBlob(copy, std::nullopt);
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

llvm::Expected<engine::LayerBlob>
Exporter::remember(engine::LayerId layer, const std::string &key,
                   llvm::Expected<engine::LayerBlob> blob) {
  if (!blob)
    return blob;
  if (llvm::Error error = store.index().putBlob(layer, key, *blob))
    return error;
  return blob;
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
  std::string form = formOf(options, epoch);
  auto served = store.index().findBlob(layer, "base");
  if (!epoch && served) {
    if (!options.forceCompression ||
        compressionOf(served->mediaType) ==
            options.compression.value_or(defaultCompression)) {
      if (usable(served) || fetchAgain(*served))
        return *served;
    } else {
      std::string key = "base " + form;
      if (auto known = store.index().findBlob(layer, key); usable(known)) {
        known->form = form;
        return *known;
      }
      if (isSound(*served) || fetchAgain(*served))
        return remember(layer, key, recompress(*served));
    }
  }
  if (auto known = store.index().findBlob(layer, form); usable(known))
    return *known;
  return remember(layer, form, makeBlob(layer, epoch));
}

} // namespace llb::backend
