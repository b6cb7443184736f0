// SPDX-License-Identifier: Apache-2.0
//
// A layer is there once, whether the store has it or only a cache that this
// build imported: what is carried over from that need not come to this machine.
#include "Collect.h"

namespace llb::backend {

size_t CacheCollection::put(engine::CacheLayer layer,
                            std::optional<size_t> cache) {
  std::string identity = engine::CacheRecords::identityOf(layer, identities);
  auto [found, isNew] = byIdentity.emplace(identity, identities.size());
  if (isNew) {
    identities.push_back(identity);
    origins.push_back(cache);
    collected.layers.push_back(std::move(layer));
  }
  return found->second;
}

llvm::Expected<size_t> CacheCollection::addLayer(engine::LayerId id) {
  if (auto known = byId.find(id); known != byId.end())
    return known->second;
  auto record = store.index().findLayer(id);
  if (!record)
    return llvm::createStringError(
        std::make_error_code(std::errc::no_such_file_or_directory),
        "the store has no record of layer %lld", static_cast<long long>(id));
  engine::CacheLayer layer;
  for (engine::LayerId below : record->below) {
    auto index = addLayer(below);
    if (!index)
      return index;
    layer.below.push_back(*index);
  }
  auto blob = exporter.exportLayer(id, /*isBase=*/false);
  if (!blob)
    return blob.takeError();
  layer.blob = {blob->mediaType, blob->digest, blob->size};
  layer.diffId = blob->diffId;
  layer.form = blob->form;
  layer.created = record->created;
  layer.description = record->description;
  size_t index = put(std::move(layer), std::nullopt);
  own.emplace(index, id);
  return byId[id] = index;
}

size_t CacheCollection::addImported(size_t cache, size_t layer) {
  engine::CacheLayer copy = imports->records(cache).layers[layer];
  for (size_t &below : copy.below)
    below = addImported(cache, below);
  return put(std::move(copy), cache);
}

llvm::Error CacheCollection::confineTo(const engine::Snapshot &image) {
  if (!allowed)
    allowed.emplace();
  for (engine::LayerId layer : image.layers) {
    auto index = addLayer(layer);
    if (!index)
      return index.takeError();
    allowed->insert(identities[*index]);
  }
  return llvm::Error::success();
}

llvm::Error CacheCollection::add(const std::string &result) {
  std::vector<size_t> list;
  auto isAllowed = [&](const std::string &identity) {
    return !allowed || allowed->contains(identity);
  };
  if (auto layers = findWholeResult(store.index(), store.root(), result)) {
    for (engine::LayerId layer : *layers) {
      // Layers of the images are there already: no others are exported.
      auto known = byId.find(layer);
      if (allowed &&
          (known == byId.end() || !isAllowed(identities[known->second])))
        return llvm::Error::success();
      auto index = addLayer(layer);
      if (!index)
        return index.takeError();
      list.push_back(*index);
    }
  } else {
    auto found = imports ? imports->find(result) : std::nullopt;
    if (!found)
      return llvm::Error::success();
    for (size_t layer : *found->layers)
      if (!isAllowed(imports->identities(found->cache)[layer]))
        return llvm::Error::success();
    for (size_t layer : *found->layers)
      list.push_back(addImported(found->cache, layer));
  }
  collected.results[result] = std::move(list);
  return llvm::Error::success();
}

llvm::Error CacheCollection::provide(size_t layer) {
  const registry::Descriptor &blob = collected.layers[layer].blob;
  if (!origins[layer])
    return exporter.mendLayer(own.at(layer), /*isBase=*/false, blob.digest);
  if (std::optional<Digest> digest = Digest::parse(blob.digest);
      digest && store.hasBlob(*digest) && !store.isWhole(*digest))
    if (llvm::Error error = store.removeBlob(*digest))
      return error;
  return imports->fetchInto(store, *origins[layer], blob);
}

} // namespace llb::backend
