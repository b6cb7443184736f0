// SPDX-License-Identifier: Apache-2.0
//
// Takes results from caches of others. Blobs come side by side; layers are
// unpacked from below to above, as those of an image are.
#include "ImportResult.h"

#include "LayerPull.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace llb::engine {
namespace {

constexpr size_t maxConnections = 4;

/// One result on its way into the store.
class Import {
public:
  Import(Workshop &shop, CacheImports &imports,
         const CacheImports::Found &found)
      : shop(shop), imports(imports), cache(found.cache),
        records(imports.records(cache)), identities(imports.identities(cache)),
        found(found) {}

  std::optional<Snapshot> run(const TellImport &tell);

private:
  std::vector<size_t> withBelow() const;
  bool fetchBlobs(const std::vector<size_t> &missing);
  bool hasBlob(size_t layer) const {
    auto digest = Digest::parse(records.layers[layer].blob.digest);
    return digest && shop.store.hasBlob(*digest);
  }
  bool fail(size_t layer, const std::string &why);
  FetchBlob fetcher() const {
    return
        [this](const registry::Descriptor &blob, int fd, std::string &error) {
          return imports.fetchBlob(cache, blob, fd, error);
        };
  }

  Workshop &shop;
  CacheImports &imports;
  size_t cache;
  const CacheRecords &records;
  const std::vector<std::string> &identities;
  const CacheImports::Found &found;
};

/// The result's layers with all that they were made upon, from below.
std::vector<size_t> Import::withBelow() const {
  std::vector<bool> wanted(records.layers.size());
  for (size_t layer : *found.layers)
    wanted[layer] = true;
  for (size_t i = wanted.size(); i-- > 0;)
    if (wanted[i])
      for (size_t below : records.layers[i].below)
        wanted[below] = true;
  std::vector<size_t> list;
  for (size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i])
      list.push_back(i);
  return list;
}

bool Import::fail(size_t layer, const std::string &why) {
  if (!shop.canceled())
    imports.lose(cache, layer, why);
  return false;
}

bool Import::fetchBlobs(const std::vector<size_t> &missing) {
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::optional<size_t> lost;
  std::string why;
  auto work = [&] {
    for (size_t i = next++; i < missing.size(); i = next++) {
      llvm::Error error = fetchIntoStore(
          shop.store, records.layers[missing[i]].blob, fetcher());
      std::lock_guard<std::mutex> lock(mutex);
      if (!error && !lost)
        continue;
      if (lost) {
        llvm::consumeError(std::move(error));
      } else {
        lost = missing[i];
        why = textOf(std::move(error));
      }
      return;
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min(maxConnections, missing.size()); ++i)
    threads.emplace_back(work);
  for (std::thread &thread : threads)
    thread.join();
  return !lost || fail(*lost, why);
}

std::optional<Snapshot> Import::run(const TellImport &tell) {
  std::vector<size_t> wanted = withBelow(), missing;
  int64_t bytes = 0;
  for (size_t layer : wanted) {
    if (hasLayer(shop, identities[layer]))
      continue;
    missing.push_back(layer);
    bytes += records.layers[layer].blob.size;
  }
  if (!missing.empty())
    tell("importing " + std::to_string(missing.size()) + " layers, " +
         std::to_string(bytes) + " bytes, from " + imports.nameOf(cache));
  std::set<size_t> fresh;
  for (size_t layer : missing)
    if (!hasBlob(layer))
      fresh.insert(layer);
  if (!fetchBlobs(missing))
    return std::nullopt;
  std::vector<LayerId> ids(records.layers.size());
  for (size_t i : wanted) {
    const CacheLayer &layer = records.layers[i];
    Snapshot below;
    for (size_t under : layer.below)
      below.layers.push_back(ids[under]);
    ForeignLayer foreign{layer.blob,
                         layer.diffId,
                         identities[i],
                         layer.form,
                         layer.description,
                         layer.created,
                         imports.originOf(cache),
                         fresh.contains(i)};
    auto id = pullLayer(shop, imports.nameOf(cache), foreign, below, fetcher());
    if (!id) {
      fail(i, textOf(id.takeError()));
      return std::nullopt;
    }
    ids[i] = *id;
  }
  Snapshot result;
  for (size_t layer : *found.layers)
    result.layers.push_back(ids[layer]);
  return result;
}

} // namespace

std::optional<Snapshot> importResult(Workshop &shop, const std::string &name,
                                     const TellImport &tell) {
  CacheImports *imports = shop.options.imports;
  if (!imports)
    return std::nullopt;
  for (auto found = imports->find(name); found && !shop.canceled();
       found = imports->find(name, found->cache))
    if (auto snapshot = Import(shop, *imports, *found).run(tell))
      return snapshot;
  return std::nullopt;
}

} // namespace llb::engine
