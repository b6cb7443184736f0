// SPDX-License-Identifier: Apache-2.0
//
// From a blob that somebody else made to a layer of the store, once for all
// builds.
#ifndef LLB_ENGINE_LAYERPULL_H
#define LLB_ENGINE_LAYERPULL_H

#include "Steps.h"

namespace llb::engine {

/// A layer that lies somewhere else.
struct ForeignLayer {
  registry::Descriptor blob;
  /// Digest of the tar.
  std::string diffId;
  /// What tells it from other layers, with all below: the chain id of OCI for a
  /// layer of an image.
  std::string identity;
  /// The form that the blob is kept as (Index::findBlob).
  std::string form;
  std::string description;
  /// Nanoseconds since 1970; now if there is none.
  std::optional<int64_t> created;
  /// The repository that has the blob, if it is one.
  std::string origin;
  /// The store got the blob just now: it is as it was promised.
  bool isFresh = false;
};

/// Writes a verified blob to a file; false with a reason.
using FetchBlob = std::function<bool(const registry::Descriptor &blob, int fd,
                                     std::string &error)>;

/// Fetches a blob into the store if it is not there.
llvm::Error fetchIntoStore(Store &store, const registry::Descriptor &blob,
                           const FetchBlob &fetch);

/// Whether the store has the layer of this identity.
bool hasLayer(Workshop &shop, const std::string &identity);

/// The layer, unpacked over `below`. What the store has of it already is used;
/// a blob there that is damaged is fetched again, with a warning. `name` is
/// what messages call its place.
llvm::Expected<LayerId> pullLayer(Workshop &shop, const std::string &name,
                                  const ForeignLayer &layer,
                                  const Snapshot &below,
                                  const FetchBlob &fetch);

} // namespace llb::engine

#endif
