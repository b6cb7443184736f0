// SPDX-License-Identifier: Apache-2.0
//
// What a store holds and what of it can go.
#ifndef LLB_ENGINE_USAGE_H
#define LLB_ENGINE_USAGE_H

#include "llb/Engine/Store.h"

namespace llb::engine {

/// Something that takes room in a store.
struct StoreItem {
  /// A layer with the blobs made of it, a folder of a cache mount, or a blob
  /// that no layer has, such as the manifest of an image that was written.
  enum class Kind { Layer, Cache, Blob };
  Kind kind;
  /// A layer's number, or the name of the folder or file.
  std::string name;
  /// On disk.
  int64_t bytes = 0;
  /// Nanoseconds since 1970.
  int64_t created = 0;
  /// When a build last took it from the store, or made it.
  int64_t used = 0;
  /// What made the layer, or the id of the cache mount.
  std::string description;
};

std::string_view kindName(StoreItem::Kind kind);

/// All items, what was of use last at the end.
std::vector<StoreItem> listStore(Store &store);

struct PruneOptions {
  /// What was of use since stays: nanoseconds since 1970.
  std::optional<int64_t> before;
  /// The items that were of use last stay as far as they fit into this.
  std::optional<int64_t> keepBytes;
  /// Only tell.
  bool dryRun = false;
};

/// Removes what the options do not keep; without options that is everything. A
/// layer stays with all that it was made upon. Blobs that no layer has always
/// go, they are made again at need. Returns what was removed. An error if
/// somebody else uses the store.
llvm::Expected<std::vector<StoreItem>> pruneStore(Store &store,
                                                  const PruneOptions &options);

} // namespace llb::engine

#endif
