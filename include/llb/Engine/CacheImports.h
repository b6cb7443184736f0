// SPDX-License-Identifier: Apache-2.0
//
// Caches that others wrote: in directories, in registries, and in images. They
// are looked into when the store itself has no result, and what they lack, or
// have damaged, is a miss with a warning.
#ifndef LLB_ENGINE_CACHEIMPORTS_H
#define LLB_ENGINE_CACHEIMPORTS_H

#include "llb/Engine/CacheRecords.h"
#include "llb/Engine/Store.h"
#include "llb/Support/DiagEngine.h"
#include "llb/Support/Reference.h"

#include <memory>
#include <mutex>
#include <set>

namespace llb::engine {

/// Where a cache lies: a directory in the OCI layout, or a repository.
struct CacheLocation {
  /// Empty for a repository.
  std::string directory;
  /// Of an entry in the directory; `digest`, if it is not empty, goes first.
  std::string tag, digest;
  Reference repository;

  /// As messages call it.
  std::string str() const;
};

/// A place that delivers documents and blobs by digest.
class CacheStorage;

class CacheImports {
public:
  /// `warnings` may be null. Nothing is read before it is asked for.
  CacheImports(registry::Client &client, std::vector<CacheLocation> locations,
               DiagEngine *warnings);
  ~CacheImports();

  /// A result in one of the caches.
  struct Found {
    size_t cache = 0;
    const std::vector<size_t> *layers = nullptr;
  };
  /// The first cache at or after `from` that has a result, as far as is known.
  std::optional<Found> find(const std::string &result, size_t from = 0);
  const CacheRecords &records(size_t cache) const;
  const std::vector<std::string> &identities(size_t cache) const;
  std::string nameOf(size_t cache) const { return locations[cache].str(); }
  /// The repository of a cache, if it is one.
  std::string originOf(size_t cache) const;

  /// Writes a blob to a file, verified. By any thread.
  bool fetchBlob(size_t cache, const registry::Descriptor &blob, int fd,
                 std::string &error);
  /// Makes sure that a store has a blob.
  llvm::Error fetchInto(Store &store, size_t cache,
                        const registry::Descriptor &blob);
  /// A layer could not be had: results that need it are not offered again, and
  /// after a few such nothing of this cache is.
  void lose(size_t cache, size_t layer, const std::string &why);

private:
  struct Cache;
  void load();
  llvm::Error read(size_t cache);

  registry::Client &client;
  std::vector<CacheLocation> locations;
  DiagEngine *warnings;
  bool loaded = false;
  std::vector<std::unique_ptr<Cache>> caches;
};

} // namespace llb::engine

#endif
