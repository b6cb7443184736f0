// SPDX-License-Identifier: Apache-2.0
//
// A forecast asks the same caches as the build, in the same order.
#include "Caches.h"

#include "llb/Engine/Store.h"
#include "llb/Support/BuildDiags.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/Support/FileSystem.h>

namespace llbc {

using namespace llb;

namespace {

engine::CacheLocation locationOf(const driver::EngineCache &cache) {
  engine::CacheLocation location;
  location.directory = cache.directory;
  location.tag = cache.tag;
  location.digest = cache.digest;
  std::string error;
  // The driver has read it already.
  if (!cache.reference.empty())
    Reference::parseNormalized(cache.reference, location.repository, error);
  return location;
}

} // namespace

std::vector<engine::CacheLocation>
cacheLocations(const driver::Options &options) {
  std::vector<engine::CacheLocation> locations;
  for (const driver::EngineCache &cache : options.engineCacheFrom)
    locations.push_back(locationOf(cache));
  return locations;
}

bool wantsInlineCache(const driver::Options &options) {
  return llvm::any_of(options.engineCacheTo,
                      [](const auto &cache) { return cache.isInline; });
}

llvm::LogicalResult writeCaches(const driver::BuildJob &job,
                                const backend::BuildResult &result,
                                backend::CacheExporter exporter) {
  bool good = true;
  for (const driver::EngineCache &cache : job.options.engineCacheTo) {
    if (cache.isInline)
      continue;
    backend::CacheTarget target;
    target.location = locationOf(cache);
    target.everything = cache.everything;
    target.insecure = cache.insecure;
    target.layers = cache.layers;
    llvm::Error error = exporter.write(result, target);
    if (!error)
      continue;
    job.diags.report(cache.ignoreError ? DiagId(diag::CacheExportIgnored)
                                       : DiagId(diag::CacheNotExported),
                     {}, target.location.str(),
                     llvm::toString(std::move(error)));
    good = good && cache.ignoreError;
  }
  return llvm::success(good);
}

llvm::Expected<driver::CacheQuery> openCaches(const driver::Options &options,
                                              DiagEngine &diags) {
  struct Caches {
    std::unique_ptr<engine::Index> index;
    std::unique_ptr<registry::Client> client;
    std::unique_ptr<engine::CacheImports> imports;
  };
  auto caches = std::make_shared<Caches>();
  const std::string &root = options.willHit;
  std::string path = root + "/index.db";
  if (options.engineCacheFrom.empty() || llvm::sys::fs::exists(path)) {
    auto index = engine::Index::openExisting(path);
    if (!index)
      return index.takeError();
    caches->index = std::move(*index);
  }
  if (!options.engineCacheFrom.empty()) {
    std::string error;
    caches->client = registry::Client::load(error);
    if (!caches->client)
      return textError(error);
    caches->imports = std::make_unique<engine::CacheImports>(
        *caches->client, cacheLocations(options), &diags);
  }
  return [caches, root](const Digest &key, int64_t output) {
    std::string name = engine::resultName(key, output);
    return (caches->index && findWholeResult(*caches->index, root, name)) ||
           (caches->imports && caches->imports->find(name));
  };
}

} // namespace llbc
