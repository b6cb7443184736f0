// SPDX-License-Identifier: Apache-2.0
//
// Turns solved images into outputs. One line of Backends.def a form; each is a
// function that streams its form to a file, fills a directory, or pushes.
#ifndef LLB_BACKEND_BACKEND_H
#define LLB_BACKEND_BACKEND_H

#include "llb/Backend/Output.h"
#include "llb/Backend/TarWriter.h"
#include "llb/Engine/CacheImports.h"
#include "llb/Engine/Snapshots.h"
#include "llb/Registry/Client.h"
#include "llb/Support/DiagEngine.h"
#include "llb/Support/OutputDirectory.h"
#include "llb/Support/Platform.h"

#include <atomic>
#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/Support/raw_ostream.h>
#include <mutex>
#include <set>

namespace llb::backend {

/// The image of one platform.
struct Image {
  PlatformSpec platform;
  engine::Snapshot snapshot;
  /// The frontend's config, and that of the base image if there is one.
  std::string config;
  std::optional<std::string> baseConfig;
};

/// What a build made.
struct BuildResult {
  std::vector<Image> images;
  /// There is an index even for one platform.
  bool multiPlatform = false;
  /// Names of what its steps made (engine::SolveOptions::resultNames).
  std::set<std::string> resultNames;
  /// Caches that it was made with, which may know results that the store does
  /// not; null for none.
  engine::CacheImports *imports = nullptr;
};

/// What was written, for `--metadata-file` and `--iidfile`; empty for root file
/// systems.
struct Exported {
  std::string digest;
  std::string configDigest;
  /// The descriptor of the manifest or index, as JSON.
  std::string descriptor;
  /// What the output calls it.
  std::vector<std::string> names;
};

struct ImageSet;
struct Manifest;

class Exporter {
public:
  /// Layers are left unfinished, as a failure, when `cancel` is set. Blobs that
  /// are found damaged are told to `warnings`.
  Exporter(engine::Store &store, engine::Snapshots &snapshots,
           registry::Client &registry, const Output &output,
           DiagEngine &warnings, const std::atomic<bool> &cancel)
      : store(store), snapshots(snapshots), registry(registry), options(output),
        warnings(warnings), cancel(cancel) {}

  /// Makes the output, in `stream` or in `directory` as its form wants.
  llvm::Expected<Exported> write(const BuildResult &result,
                                 llvm::raw_ostream *stream,
                                 const OutputDirectory *directory);
  /// A layer as a blob in the form that the output wants, made if need be. A
  /// layer of a base image is left as it was served, if that will do.
  llvm::Expected<engine::LayerBlob> exportLayer(engine::LayerId layer,
                                                bool isBase);
  /// The same, and the stored blob is what its digest says: one that is damaged
  /// is fetched or made again. By any thread.
  llvm::Expected<engine::LayerBlob> soundLayer(engine::LayerId layer,
                                               bool isBase);
  /// soundLayer for something that relies on the digest `wanted`.
  llvm::Error mendLayer(engine::LayerId layer, bool isBase,
                        const std::string &wanted);
  /// What exportLayer will find a layer that is packed now as.
  std::string layerForm() const;
  /// Makes the blob of a layer in its form on top of `below`, null for scratch;
  /// the store has it then, and no record of it.
  llvm::Expected<engine::LayerBlob> packLayer(const engine::Tree &layer,
                                              const engine::Tree *below);

private:
  struct Place {
    llvm::raw_ostream *stream;
    const OutputDirectory *directory;
  };
  /// One function a form.
#define LLB_BACKEND(Name, Emit, Type, Destination, Summary)                    \
  llvm::Expected<Exported> write##Name(const BuildResult &result,              \
                                       const Place &place);
#include "llb/Backend/Backends.def"

  llvm::Expected<Exported> writeLayout(const BuildResult &result, bool docker,
                                       const Place &place);
  std::optional<int64_t> layerEpoch() const;
  /// Compresses the tar that `writeTar` gives, into the store.
  llvm::Expected<engine::LayerBlob>
  packBlob(llvm::function_ref<llvm::Error(const ByteSink &)> writeTar,
           std::optional<int64_t> epoch);
  llvm::Expected<engine::LayerBlob> makeBlob(engine::LayerId layer,
                                             std::optional<int64_t> epoch);
  llvm::Expected<engine::LayerBlob> makeBlob(const engine::Tree &layer,
                                             const engine::Tree *below,
                                             std::optional<int64_t> epoch);
  /// The tar of a base image's layer in another compression, as BuildKit
  /// converts blobs (v0.32.2, util/converter).
  llvm::Expected<engine::LayerBlob> recompress(const engine::LayerBlob &served);
  /// Notes that this is the layer's blob under such a key of the index.
  llvm::Expected<engine::LayerBlob>
  remember(engine::LayerId layer, const std::string &key,
           llvm::Expected<engine::LayerBlob> blob);
  /// Whether the store has it, and it is what its digest says.
  bool isSound(const engine::LayerBlob &blob);
  /// Gets a base image's layer from where it came from. False after a warning.
  bool fetchAgain(const engine::LayerBlob &blob);
  void warn(DiagId id, const std::string &text);
  /// `platform` is the one whose annotations it gets, none if empty.
  llvm::Expected<Manifest> buildManifest(const BuildResult &built,
                                         const Image &image,
                                         const std::string &platform);
  /// Puts all that the images consist of into the store.
  llvm::Expected<ImageSet> buildImages(const BuildResult &result);

  engine::Store &store;
  engine::Snapshots &snapshots;
  registry::Client &registry;
  const Output &options;
  DiagEngine &warnings;
  std::mutex warningMutex;
  /// mendLayer has met one.
  bool layerLost = false;
  /// What could not be fetched again, to warn of it once.
  std::set<std::string> lost;
  const std::atomic<bool> &cancel;
};

} // namespace llb::backend

#endif
