// SPDX-License-Identifier: Apache-2.0
//
// Turns solved images into files. One line of Backends.def a form; each is a
// function that streams its form to an output, or fills a directory.
#ifndef LLB_BACKEND_BACKEND_H
#define LLB_BACKEND_BACKEND_H

#include "llb/Engine/Snapshots.h"
#include "llb/Support/Platform.h"

#include <llvm/Support/raw_ostream.h>
#include <map>
#include <optional>

namespace llb::backend {

enum class Compression { Gzip, Zstd, None };

/// The image of one platform.
struct Image {
  PlatformSpec platform;
  engine::Snapshot snapshot;
  /// The frontend's config, and that of the base image if there is one.
  std::string config;
  std::optional<std::string> baseConfig;
};

struct ExportOptions {
  /// References, normalised, with tags: `docker.io/library/app:latest`.
  std::vector<std::string> names;
  Compression compression = Compression::Gzip;
  std::optional<int> level;
  /// Recompress base layers that are in another form.
  bool forceCompression = false;
  std::optional<int64_t> sourceDateEpoch;
  /// Clamp times in layers to the epoch.
  bool rewriteTimestamp = false;
  bool ociMediaTypes = true;
  /// Annotations of the manifest.
  std::map<std::string, std::string> annotations;
  /// Write an index even for one platform.
  bool multiPlatform = false;
};

/// What was written, for `--metadata-file` and `--iidfile`.
struct Exported {
  std::string digest;
  std::string configDigest;
  /// The descriptor of the manifest or index, as JSON.
  std::string descriptor;
};

class Exporter {
public:
  Exporter(engine::Store &store, engine::Snapshots &snapshots,
           ExportOptions options)
      : store(store), snapshots(snapshots), options(std::move(options)) {}

  /// One function a form.
#define LLB_BACKEND(Name, Text)                                                \
  llvm::Expected<Exported> write##Name(const std::vector<Image> &images,       \
                                       llvm::raw_ostream &out);
#include "llb/Backend/Backends.def"

private:
  struct Manifest;
  llvm::Expected<Exported> writeLayout(const std::vector<Image> &images,
                                       bool docker, llvm::raw_ostream &out);
  llvm::Expected<engine::LayerBlob> exportLayer(const Image &image,
                                                size_t index, bool isBase);
  llvm::Expected<engine::LayerBlob> makeBlob(const engine::Snapshot &below,
                                             engine::LayerId layer,
                                             std::optional<int64_t> epoch);
  llvm::Expected<Manifest> buildManifest(const Image &image);

  engine::Store &store;
  engine::Snapshots &snapshots;
  ExportOptions options;
};

} // namespace llb::backend

#endif
