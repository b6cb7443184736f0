// SPDX-License-Identifier: Apache-2.0
//
// Gathers the records of a build.
#ifndef LLB_BACKEND_CACHE_COLLECT_H
#define LLB_BACKEND_CACHE_COLLECT_H

#include "llb/Backend/CacheExport.h"

#include <map>

namespace llb::backend {

/// Records, and where blobs are that the store may lack.
class CacheCollection {
public:
  /// `imports` may be null.
  CacheCollection(engine::Store &store, engine::CacheImports *imports,
                  Exporter &exporter)
      : store(store), imports(imports), exporter(exporter) {}

  /// From now on only results of layers of such images are added.
  llvm::Error confineTo(const engine::Snapshot &image);
  /// Adds what the store has recorded, or else an imported cache.
  llvm::Error add(const std::string &result);
  const engine::CacheRecords &records() const { return collected; }
  /// Makes sure that the store has a layer's blob, undamaged. By any thread.
  llvm::Error provide(size_t layer);

private:
  llvm::Expected<size_t> addLayer(engine::LayerId id);
  size_t addImported(size_t cache, size_t layer);
  size_t put(engine::CacheLayer layer, std::optional<size_t> cache);

  engine::Store &store;
  engine::CacheImports *imports;
  Exporter &exporter;
  engine::CacheRecords collected;
  std::vector<std::string> identities;
  /// The imported cache that has a layer's blob.
  std::vector<std::optional<size_t>> origins;
  /// Else the layer of the store.
  std::map<size_t, engine::LayerId> own;
  std::map<std::string, size_t> byIdentity;
  std::map<engine::LayerId, size_t> byId;
  /// Identities of the layers of images; nothing if all may be added.
  std::optional<std::set<std::string>> allowed;
};

/// Writes a cache into a directory in the OCI layout.
llvm::Error writeCacheDirectory(const std::string &directory,
                                const std::string &tag,
                                CacheCollection &collection,
                                const engine::Store &store,
                                const registry::Descriptor &config,
                                const registry::Descriptor &manifest);

} // namespace llb::backend

#endif
