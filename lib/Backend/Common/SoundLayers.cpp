// SPDX-License-Identifier: Apache-2.0
//
// Blobs of the store that are gone or damaged: those of base images come from
// their registry again, all others can be made once more. A blob is verified
// before anything is written that relies on it, since what was written, to a
// pipe perhaps, cannot be taken back.
#include "llb/Backend/Backend.h"

#include "llb/Support/BuildDiags.h"
#include "llb/Support/Reference.h"

namespace llb::backend {

void Exporter::warn(DiagId id, const std::string &text) {
  std::lock_guard<std::mutex> lock(warningMutex);
  warnings.report(id, {}, text);
}

bool Exporter::isSound(const engine::LayerBlob &blob) {
  std::optional<Digest> digest = Digest::parse(blob.digest);
  return digest && store.isWhole(*digest);
}

bool Exporter::fetchAgain(const engine::LayerBlob &blob) {
  std::optional<Digest> digest = Digest::parse(blob.digest);
  if (!digest)
    return false;
  if (std::lock_guard<std::mutex> lock(warningMutex);
      lost.contains(blob.digest))
    return false;
  std::string origin =
      store.index().findNote("origin:" + blob.digest).value_or("");
  std::string why = "it comes from no registry";
  auto fetch = [&] {
    Reference ref;
    if (origin.empty() || !Reference::parseNormalized(origin, ref, why))
      return false;
    auto writer = store.newBlob();
    if (!writer) {
      why = llvm::toString(writer.takeError());
      return false;
    }
    if (!registry.fetchBlob(ref, {blob.mediaType, blob.digest, blob.size},
                            writer->fd(), why))
      return false;
    llvm::Error error = store.commitBlob(std::move(*writer), *digest);
    bool good = !error;
    why = llvm::toString(std::move(error));
    return good;
  };
  bool good = fetch();
  if (!good) {
    std::lock_guard<std::mutex> lock(warningMutex);
    lost.insert(blob.digest);
  }
  warn(good ? DiagId(diag::StoredBlobDamaged) : DiagId(diag::BaseLayerRepacked),
       good ? store.blobPath(*digest) : blob.digest + ": " + why);
  return good;
}

llvm::Expected<engine::LayerBlob> Exporter::soundLayer(engine::LayerId layer,
                                                       bool isBase) {
  auto blob = exportLayer(layer, isBase);
  if (!blob)
    return blob;
  std::optional<Digest> digest = Digest::parse(blob->digest);
  if (!digest || store.isWhole(*digest))
    return blob;
  // exportLayer warns of a base image's.
  if (blob->form != "base")
    warn(diag::StoredLayerDamaged, store.blobPath(*digest));
  if (llvm::Error error = store.removeBlob(*digest))
    return error;
  return exportLayer(layer, isBase);
}

llvm::Error Exporter::mendLayer(engine::LayerId layer, bool isBase,
                                const std::string &wanted) {
  auto blob = soundLayer(layer, isBase);
  if (!blob) {
    llvm::Error error = blob.takeError();
    std::lock_guard<std::mutex> lock(warningMutex);
    layerLost = layerLost || error.isA<engine::LayerLost>();
    return error;
  }
  if (blob->digest == wanted)
    return llvm::Error::success();
  return textError("the blob " + wanted +
                   " of the store was damaged, and its layer is packed "
                   "otherwise now; build again");
}

} // namespace llb::backend
