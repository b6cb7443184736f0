// SPDX-License-Identifier: Apache-2.0
//
// A document names records by its config's media type, or is an image whose
// config has records inside, or an index of such images. All that is read is
// bounded and verified by digest.
#include "llb/Engine/CacheImports.h"

#include "LayerPull.h"

#include "llb/Registry/OciLayout.h"
#include "llb/Support/BuildDiags.h"
#include "llb/Support/Errors.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/Hasher.h"
#include "llb/Support/LayoutIndex.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringRef.h>

namespace llb::engine {

class CacheStorage {
public:
  virtual ~CacheStorage() = default;
  /// What the location names.
  virtual std::optional<std::string> top(std::string &error) = 0;
  virtual std::optional<std::string> manifest(const std::string &digest,
                                              std::string &error) = 0;
  virtual std::optional<std::string>
  blob(const std::string &digest, size_t maxBytes, std::string &error) = 0;
  virtual bool write(const registry::Descriptor &blob, int fd,
                     std::string &error) = 0;
};

namespace {

constexpr size_t maxDocument = size_t(4) << 20;
constexpr size_t maxImages = 64;
/// So many layers may be lost before a cache is given up.
constexpr size_t maxLost = 3;

class RegistryStorage : public CacheStorage {
public:
  RegistryStorage(registry::Client &client, const Reference &ref)
      : client(client), ref(ref) {}

  std::optional<std::string> top(std::string &error) override {
    return client.fetchDocument(ref, error);
  }
  std::optional<std::string> manifest(const std::string &digest,
                                      std::string &error) override {
    Reference one = ref;
    one.digest = digest;
    return client.fetchDocument(one, error);
  }
  std::optional<std::string> blob(const std::string &digest, size_t maxBytes,
                                  std::string &error) override {
    return client.readBlob(ref, digest, maxBytes, error);
  }
  bool write(const registry::Descriptor &blob, int fd,
             std::string &error) override {
    return client.fetchBlob(ref, blob, fd, error);
  }

private:
  registry::Client &client;
  Reference ref;
};

class DirectoryStorage : public CacheStorage {
public:
  explicit DirectoryStorage(const CacheLocation &location)
      : location(location), layout(location.directory) {}

  std::optional<std::string> top(std::string &error) override {
    std::string digest = location.digest;
    if (digest.empty())
      error = findInLayout(location.directory, location.tag, digest);
    return digest.empty() ? std::nullopt
                          : layout.read(digest, maxDocument, error);
  }
  std::optional<std::string> manifest(const std::string &digest,
                                      std::string &error) override {
    return layout.read(digest, maxDocument, error);
  }
  std::optional<std::string> blob(const std::string &digest, size_t maxBytes,
                                  std::string &error) override {
    return layout.read(digest, maxBytes, error);
  }
  bool write(const registry::Descriptor &blob, int fd,
             std::string &error) override {
    return layout.fetchBlob(blob, fd, error);
  }

private:
  const CacheLocation &location;
  registry::OciLayout layout;
};

std::vector<registry::Descriptor> layersOf(const go::JsonValue &manifest) {
  std::vector<registry::Descriptor> layers;
  if (const go::JsonValue *list = manifest.find("layers"))
    for (const go::JsonValue &item : list->items) {
      registry::Descriptor &layer = layers.emplace_back();
      layer = {item.textOf("mediaType"), item.textOf("digest"), -1};
      llvm::StringRef(item.textOf("size")).getAsInteger(10, layer.size);
    }
  return layers;
}

/// Adds what `more` has beyond `all`.
void append(CacheRecords &all, const CacheRecords &more) {
  size_t offset = all.layers.size();
  auto shifted = [&](std::vector<size_t> list) {
    for (size_t &item : list)
      item += offset;
    return list;
  };
  for (CacheLayer layer : more.layers) {
    layer.below = shifted(std::move(layer.below));
    all.layers.push_back(std::move(layer));
  }
  for (const auto &[name, layers] : more.results)
    all.results.emplace(name, shifted(layers));
}

llvm::Error readManifest(CacheStorage &storage, const std::string &text,
                         bool nested, CacheRecords &records) {
  std::string error;
  auto document = go::parseJson(text, &error);
  if (!document)
    return textError(error);
  if (const go::JsonValue *images = document->find("manifests")) {
    if (nested || images->items.size() > maxImages)
      return textError("an index in an index, or of more than " +
                       std::to_string(maxImages) + " images");
    for (const go::JsonValue &image : images->items) {
      auto inner = storage.manifest(image.textOf("digest"), error);
      if (!inner)
        return textError(error);
      if (llvm::Error failed =
              readManifest(storage, *inner, /*nested=*/true, records))
        return failed;
    }
    return llvm::Error::success();
  }
  const go::JsonValue *config = document->find("config");
  if (!config)
    return textError("the manifest names no config");
  auto body =
      storage.blob(config->textOf("digest"), maxCacheRecordBytes, error);
  if (!body)
    return textError(error);
  auto read = config->textOf("mediaType") == cacheConfigType
                  ? CacheRecords::parse(*body)
                  : CacheRecords::parseInline(*body, layersOf(*document));
  if (!read)
    return read.takeError();
  append(records, *read);
  return llvm::Error::success();
}

} // namespace

struct CacheImports::Cache {
  std::unique_ptr<CacheStorage> storage;
  CacheRecords records;
  std::vector<std::string> identities;
  /// Flags of layers that cannot be had.
  std::vector<bool> lost;
  size_t lostCount = 0;

  /// Whether the layers, and all that they were made upon, may be had.
  bool isWhole(const std::vector<size_t> &layers) const {
    return lostCount < maxLost &&
           llvm::none_of(
               layers,
               [&](size_t layer) {
                 return lost[layer] ||
                        llvm::any_of(records.layers[layer].below,
                                     [&](size_t below) { return lost[below]; });
               });
  }
};

std::string CacheLocation::str() const {
  return directory.empty() ? repository.familiar() : directory;
}

CacheImports::CacheImports(registry::Client &client,
                           std::vector<CacheLocation> locations,
                           DiagEngine *warnings)
    : client(client), locations(std::move(locations)), warnings(warnings) {}

CacheImports::~CacheImports() = default;

llvm::Error CacheImports::read(size_t cache) {
  Cache &one = *caches[cache];
  const CacheLocation &location = locations[cache];
  if (location.directory.empty())
    one.storage =
        std::make_unique<RegistryStorage>(client, location.repository);
  else
    one.storage = std::make_unique<DirectoryStorage>(location);
  std::string error;
  auto text = one.storage->top(error);
  if (!text)
    return textError(error);
  CacheRecords records;
  if (llvm::Error failed =
          readManifest(*one.storage, *text, /*nested=*/false, records))
    return failed;
  one.records = std::move(records);
  one.identities = one.records.identities();
  one.lost.resize(one.records.layers.size());
  return llvm::Error::success();
}

void CacheImports::load() {
  if (std::exchange(loaded, true))
    return;
  for (size_t i = 0; i < locations.size(); ++i) {
    caches.push_back(std::make_unique<Cache>());
    if (llvm::Error error = read(i)) {
      std::string text = llvm::toString(std::move(error));
      if (warnings)
        warnings->report(diag::CacheNotImported, {}, nameOf(i), text);
    } else if (caches[i]->records.results.empty() && warnings) {
      warnings->report(diag::CacheNotImported, {}, nameOf(i),
                       "there are no cache records");
    }
  }
}

std::optional<CacheImports::Found> CacheImports::find(const std::string &result,
                                                      size_t from) {
  load();
  for (size_t i = from; i < caches.size(); ++i) {
    auto found = caches[i]->records.results.find(result);
    if (found != caches[i]->records.results.end() &&
        caches[i]->isWhole(found->second))
      return Found{i, &found->second};
  }
  return std::nullopt;
}

const CacheRecords &CacheImports::records(size_t cache) const {
  return caches[cache]->records;
}

const std::vector<std::string> &CacheImports::identities(size_t cache) const {
  return caches[cache]->identities;
}

std::string CacheImports::originOf(size_t cache) const {
  const CacheLocation &location = locations[cache];
  return location.directory.empty() ? location.repository.name() : "";
}

bool CacheImports::fetchBlob(size_t cache, const registry::Descriptor &blob,
                             int fd, std::string &error) {
  return caches[cache]->storage->write(blob, fd, error);
}

llvm::Error CacheImports::fetchInto(Store &store, size_t cache,
                                    const registry::Descriptor &blob) {
  return fetchIntoStore(
      store, blob,
      [&](const registry::Descriptor &one, int fd, std::string &error) {
        return fetchBlob(cache, one, fd, error);
      });
}

void CacheImports::lose(size_t cache, size_t layer, const std::string &why) {
  Cache &one = *caches[cache];
  if (!one.lost[layer])
    ++one.lostCount;
  one.lost[layer] = true;
  if (warnings)
    warnings->report(diag::CacheLayerLost, {}, nameOf(cache), why);
}

} // namespace llb::engine
