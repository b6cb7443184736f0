// SPDX-License-Identifier: Apache-2.0
//
// Writes what a build made, by cache key, for builds on other machines
// (docs/CacheKeys.md, "Shared caches").
#ifndef LLB_BACKEND_CACHEEXPORT_H
#define LLB_BACKEND_CACHEEXPORT_H

#include "llb/Backend/Backend.h"
#include "llb/Engine/CacheImports.h"

namespace llb::backend {

/// Where a cache goes, and how.
struct CacheTarget {
  engine::CacheLocation location;
  /// Results of all steps, not only those whose layers the images have.
  bool everything = false;
  /// Plain HTTP and any certificate will do for a registry.
  bool insecure = false;
  /// How layers are compressed.
  Output layers;
};

class CacheExporter {
public:
  CacheExporter(engine::Store &store, engine::Snapshots &snapshots,
                registry::Client &registry, DiagEngine &warnings,
                const std::atomic<bool> &cancel)
      : store(store), snapshots(snapshots), registry(registry),
        warnings(warnings), cancel(cancel) {}

  /// What was there under the same name is replaced, when all else is written.
  llvm::Error write(const BuildResult &result, const CacheTarget &target);

private:
  engine::Store &store;
  engine::Snapshots &snapshots;
  registry::Client &registry;
  DiagEngine &warnings;
  const std::atomic<bool> &cancel;
};

} // namespace llb::backend

#endif
