// SPDX-License-Identifier: Apache-2.0
//
// Records go before what they name: a kill in between leaves directories that
// nobody knows, which the next prune finds, since it looks at what is there.
#include "llb/Engine/Usage.h"

#include "llb/Support/Nanoseconds.h"

#include <algorithm>
#include <fts.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <map>
#include <sys/stat.h>
#include <tuple>

namespace llb::engine {
namespace {

/// What a tree takes on disk; a file with several links counts once.
int64_t treeBytes(const std::string &path) {
  std::string root = path;
  char *roots[] = {root.data(), nullptr};
  FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, nullptr);
  if (!walk)
    return 0;
  int64_t bytes = 0;
  std::set<std::pair<dev_t, ino_t>> linked;
  while (FTSENT *entry = fts_read(walk)) {
    if (entry->fts_info == FTS_DP || !entry->fts_statp)
      continue;
    const struct stat &info = *entry->fts_statp;
    bool isNew = info.st_nlink < 2 || entry->fts_info == FTS_D ||
                 linked.insert({info.st_dev, info.st_ino}).second;
    if (isNew)
      bytes += int64_t(info.st_blocks) * 512;
  }
  fts_close(walk);
  return bytes;
}

std::vector<std::string> namesIn(const std::string &folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator at(folder, error, false), end;
       at != end && !error; at.increment(error))
    names.push_back(at->path().substr(folder.size() + 1));
  std::sort(names.begin(), names.end());
  return names;
}

/// A store's items, and how its layers hang together.
class Survey {
public:
  explicit Survey(Store &store);

  /// What was of use last is at the end.
  std::vector<StoreItem> items;

  /// The item and those of the layers below, as far as `kept` lacks them.
  std::vector<const StoreItem *> withBelow(const StoreItem &item,
                                           const std::set<int64_t> &kept) const;
  static int64_t layerOf(const StoreItem &item) {
    int64_t id = 0;
    llvm::StringRef(item.name).getAsInteger(10, id);
    return id;
  }
  std::string pathOf(const StoreItem &item) const;
  std::string blobPath(const std::string &name) const {
    return store.root() + "/blobs/sha256/" + name;
  }
  /// Names of the blobs of a layer.
  std::map<int64_t, std::vector<std::string>> blobsOf;
  /// Layers that were of use after now, as their records say.
  std::set<int64_t> fromFuture;

private:
  void addLayers();
  void addCaches();
  void addBlobs();

  Store &store;
  int64_t now = nowNanoseconds();
  std::map<int64_t, LayerRecord> records;
  std::map<int64_t, size_t> layerItem;
  std::set<std::string> layerBlobs;
};

std::string Survey::pathOf(const StoreItem &item) const {
  switch (item.kind) {
  case StoreItem::Kind::Layer:
    return layerPath(store.root(), layerOf(item));
  case StoreItem::Kind::Cache:
    return store.root() + "/cache/" + item.name;
  case StoreItem::Kind::Blob:
    break;
  }
  return blobPath(item.name);
}

void Survey::addLayers() {
  for (LayerRecord &record : store.index().layers())
    records.emplace(record.id, std::move(record));
  for (const auto &[layer, blob] : store.index().layerBlobs()) {
    std::string name = blob.digest.substr(blob.digest.find(':') + 1);
    blobsOf[layer].push_back(name);
    layerBlobs.insert(name);
  }
  std::map<int64_t, int64_t> uses = store.index().lastUses();
  std::set<int64_t> ids;
  for (const std::string &name : namesIn(store.root() + "/layers"))
    if (int64_t id; !llvm::StringRef(name).getAsInteger(10, id) &&
                    name == std::to_string(id))
      ids.insert(id);
  // Those without a directory.
  for (const auto &[id, record] : records)
    if (findWholeBlob(store.index(), store.root(), id))
      ids.insert(id);
  for (int64_t id : ids) {
    StoreItem item{StoreItem::Kind::Layer, std::to_string(id), 0, 0, 0, ""};
    item.bytes = treeBytes(pathOf(item));
    if (auto found = records.find(id); found != records.end()) {
      item.created = found->second.created;
      auto use = uses.find(id);
      item.used = use == uses.end() ? item.created : use->second;
      // Of a clock that was set back since.
      if (item.used > now) {
        item.used = now;
        fromFuture.insert(id);
      }
      item.description = found->second.description;
    }
    if (auto blobs = blobsOf.find(id); blobs != blobsOf.end())
      for (const std::string &blob : blobs->second)
        item.bytes += treeBytes(blobPath(blob));
    items.push_back(std::move(item));
  }
}

void Survey::addCaches() {
  for (const std::string &name : namesIn(store.root() + "/cache")) {
    StoreItem item{StoreItem::Kind::Cache, name, 0, 0, 0, ""};
    std::string path = pathOf(item);
    struct stat info;
    if (::stat(path.c_str(), &info) == 0)
      item.created = item.used = nanosecondsOf(info.st_mtim);
    for (const std::string &part : namesIn(path))
      if (::stat((path + "/" + part).c_str(), &info) == 0)
        item.used = std::max(item.used, nanosecondsOf(info.st_mtim));
    item.bytes = treeBytes(path);
    if (auto id = llvm::MemoryBuffer::getFile(path + "/id"))
      item.description = (*id)->getBuffer().str();
    items.push_back(std::move(item));
  }
}

void Survey::addBlobs() {
  for (const std::string &name : namesIn(store.root() + "/blobs/sha256")) {
    if (layerBlobs.contains(name))
      continue;
    StoreItem item{StoreItem::Kind::Blob, name, 0, 0, 0, ""};
    std::string path = pathOf(item);
    struct stat info;
    if (::stat(path.c_str(), &info) == 0)
      item.created = item.used = nanosecondsOf(info.st_mtim);
    item.bytes = treeBytes(path);
    items.push_back(std::move(item));
  }
}

Survey::Survey(Store &store) : store(store) {
  addLayers();
  addCaches();
  addBlobs();
  std::stable_sort(
      items.begin(), items.end(), [](const StoreItem &a, const StoreItem &b) {
        return std::tie(a.used, a.created) < std::tie(b.used, b.created);
      });
  for (size_t i = 0; i < items.size(); ++i)
    if (items[i].kind == StoreItem::Kind::Layer)
      layerItem[layerOf(items[i])] = i;
}

std::vector<const StoreItem *>
Survey::withBelow(const StoreItem &item, const std::set<int64_t> &kept) const {
  std::vector<const StoreItem *> found = {&item};
  std::set<int64_t> seen;
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i]->kind != StoreItem::Kind::Layer)
      continue;
    auto record = records.find(layerOf(*found[i]));
    if (record == records.end())
      continue;
    for (int64_t below : record->second.below) {
      auto there = layerItem.find(below);
      if (there != layerItem.end() && !kept.contains(below) &&
          seen.insert(below).second)
        found.push_back(&items[there->second]);
    }
  }
  return found;
}

/// What the options keep.
class Keeping {
public:
  Keeping(const Survey &survey, const PruneOptions &options) {
    bool none = !options.before && !options.keepBytes;
    int64_t room = options.keepBytes.value_or(INT64_MAX);
    for (const StoreItem &item : llvm::reverse(survey.items)) {
      if (none || (options.before && item.used < *options.before))
        break;
      if (item.kind == StoreItem::Kind::Blob || has(item))
        continue;
      auto wanted = survey.withBelow(item, layers);
      int64_t bytes = 0;
      for (const StoreItem *one : wanted)
        bytes += one->bytes;
      if (bytes > room)
        break;
      room -= bytes;
      for (const StoreItem *one : wanted)
        add(*one);
    }
  }

  bool has(const StoreItem &item) const {
    return item.kind == StoreItem::Kind::Layer
               ? layers.contains(Survey::layerOf(item))
               : caches.contains(item.name);
  }
  const std::set<int64_t> &keptLayers() const { return layers; }

private:
  void add(const StoreItem &item) {
    if (item.kind == StoreItem::Kind::Layer)
      layers.insert(Survey::layerOf(item));
    else
      caches.insert(item.name);
  }

  std::set<int64_t> layers;
  std::set<std::string> caches;
};

} // namespace

std::string_view kindName(StoreItem::Kind kind) {
  switch (kind) {
  case StoreItem::Kind::Layer:
    return "layer";
  case StoreItem::Kind::Cache:
    return "cache";
  case StoreItem::Kind::Blob:
    break;
  }
  return "blob";
}

std::vector<StoreItem> listStore(Store &store) {
  return std::move(Survey(store).items);
}

llvm::Expected<std::vector<StoreItem>> pruneStore(Store &store,
                                                  const PruneOptions &options) {
  if (!options.dryRun && !store.lockAlone())
    return llvm::createStringError(
        std::make_error_code(std::errc::device_or_resource_busy),
        "%s: builds are using this store; prune it when they have ended",
        store.root().c_str());
  Survey survey(store);
  Keeping keeping(survey, options);
  std::vector<StoreItem> removed;
  for (const StoreItem &item : survey.items)
    if (!keeping.has(item))
      removed.push_back(item);
  if (options.dryRun)
    return removed;
  // Or they would seem to be of use until the clock gets there.
  if (llvm::Error error =
          store.index().noteUse(survey.fromFuture, nowNanoseconds()))
    return error;
  if (llvm::Error error = store.index().keepLayers(keeping.keptLayers()))
    return error;
  std::set<std::string> keptBlobs;
  for (int64_t layer : keeping.keptLayers())
    if (auto blobs = survey.blobsOf.find(layer); blobs != survey.blobsOf.end())
      keptBlobs.insert(blobs->second.begin(), blobs->second.end());
  for (const StoreItem &item : removed) {
    Store::removeTree(survey.pathOf(item));
    if (item.kind != StoreItem::Kind::Layer)
      continue;
    auto blobs = survey.blobsOf.find(Survey::layerOf(item));
    if (blobs == survey.blobsOf.end())
      continue;
    for (const std::string &blob : blobs->second)
      if (!keptBlobs.contains(blob))
        Store::removeTree(survey.blobPath(blob));
  }
  return removed;
}

} // namespace llb::engine
