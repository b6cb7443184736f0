// SPDX-License-Identifier: Apache-2.0
//
// The image's own list of layers is that of the records. A layer that was made
// upon something which the image does not have cannot be unpacked from it, and
// no result names it.
#include "InlineCache.h"

#include "llb/Engine/CacheRecords.h"

#include <map>

namespace llb::backend {

std::string inlineCacheOf(engine::Store &store, const engine::Snapshot &image,
                          const std::vector<engine::LayerBlob> &blobs,
                          const BuildResult &result) {
  engine::CacheRecords records;
  std::map<engine::LayerId, size_t> usable;
  for (size_t i = 0; i < blobs.size(); ++i) {
    engine::LayerId id = image.layers[i];
    engine::CacheLayer &layer = records.layers.emplace_back();
    layer.diffId = blobs[i].diffId;
    layer.form = blobs[i].form;
    auto record = store.index().findLayer(id);
    if (!record)
      continue;
    layer.created = record->created;
    layer.description = record->description;
    bool whole = true;
    for (engine::LayerId below : record->below) {
      auto found = usable.find(below);
      whole = whole && found != usable.end();
      if (whole)
        layer.below.push_back(found->second);
    }
    if (whole)
      usable.emplace(id, i);
    else
      layer.below.clear();
  }
  std::map<std::string, size_t> byIdentity;
  std::vector<std::string> identities = records.identities();
  for (const auto &[id, index] : usable)
    byIdentity.emplace(identities[index], index);
  auto add = [&](const std::string &name, const auto &layers,
                 const auto &indexOf) {
    std::vector<size_t> list;
    for (const auto &layer : layers)
      if (std::optional<size_t> index = indexOf(layer))
        list.push_back(*index);
    if (list.size() == layers.size())
      records.results[name] = std::move(list);
  };
  auto find = [](const auto &map, const auto &key) -> std::optional<size_t> {
    auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional(found->second);
  };
  for (const std::string &name : result.resultNames) {
    if (auto layers = findWholeResult(store.index(), store.root(), name))
      add(name, *layers,
          [&](engine::LayerId layer) { return find(usable, layer); });
    else if (auto imported =
                 result.imports ? result.imports->find(name) : std::nullopt)
      add(name, *imported->layers, [&](size_t layer) {
        return find(byIdentity,
                    result.imports->identities(imported->cache)[layer]);
      });
  }
  return records.json(/*inlined=*/true);
}

} // namespace llb::backend
