// SPDX-License-Identifier: Apache-2.0
//
// A layer names only layers before it, so there are no circles. Layers of base
// images are known to the store by their chain ids, which every build believes:
// a record may call a layer one only if it lies on such layers alone, one upon
// the other.
#include "llb/Engine/CacheRecords.h"

#include "llb/Support/Errors.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/Hasher.h"

#include <algorithm>
#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringRef.h>

namespace llb::engine {
namespace {

constexpr size_t maxEntries = 20000;
/// Layers that are named altogether.
constexpr size_t maxReferences = 2000000;
constexpr size_t maxDepth = 500;
constexpr size_t maxDescription = size_t(64) << 10;
constexpr std::string_view baseForm = "base";

std::string listOf(const std::vector<size_t> &items) {
  std::string text;
  for (size_t item : items)
    text += (text.empty() ? "" : ",") + std::to_string(item);
  return "[" + text + "]";
}

/// `gzip`, `zstd:19`, `none` and the like.
bool isForm(llvm::StringRef form) {
  auto [name, level] = form.split(':');
  if (name == llvm::StringRef(baseForm))
    return form == name;
  unsigned value;
  return (name == "gzip" || name == "zstd" || name == "none") &&
         (form == name ||
          (level.size() <= 2 && !level.getAsInteger(10, value) &&
           form.size() == name.size() + 1 + level.size()));
}

bool isResultName(llvm::StringRef name) {
  auto [key, output] = name.rsplit(':');
  unsigned value;
  return Digest::parse(std::string_view(key.data(), key.size())) &&
         !output.empty() && output.size() <= 4 &&
         !output.getAsInteger(10, value) && output == std::to_string(value);
}

bool readNumber(const go::JsonValue &value, int64_t &number) {
  return value.kind == go::JsonValue::Kind::Number &&
         !llvm::StringRef(value.text).getAsInteger(10, number);
}

class Reader {
public:
  explicit Reader(const std::vector<registry::Descriptor> *blobs)
      : blobs(blobs) {}

  llvm::Expected<CacheRecords> read(const go::JsonValue &root) {
    int64_t version = 0;
    const go::JsonValue *field = root.find("version");
    if (!field || !readNumber(*field, version) || version != 1)
      return textError("cache records are of another version than 1");
    if (const go::JsonValue *layers = root.find("layers"))
      for (const go::JsonValue &item : layers->items)
        if (llvm::Error error = readLayer(item))
          return error;
    if (blobs && result.layers.size() != blobs->size())
      return textError(
          "cache records have " + std::to_string(result.layers.size()) +
          " layers, the image has " + std::to_string(blobs->size()));
    if (const go::JsonValue *results = root.find("results"))
      for (const go::JsonValue &item : results->items)
        if (llvm::Error error = readResult(item))
          return error;
    return std::move(result);
  }

private:
  llvm::Error readLayer(const go::JsonValue &item);
  llvm::Error readResult(const go::JsonValue &item);
  llvm::Error readList(const go::JsonValue *list, size_t limit,
                       const std::string &where, std::vector<size_t> &out);

  const std::vector<registry::Descriptor> *blobs;
  CacheRecords result;
  size_t references = 0;
};

llvm::Error Reader::readList(const go::JsonValue *list, size_t limit,
                             const std::string &where,
                             std::vector<size_t> &out) {
  if (!list || list->kind != go::JsonValue::Kind::Array ||
      list->items.size() > maxDepth)
    return textError(where + ": no list of at most " +
                     std::to_string(maxDepth) + " layers");
  references += list->items.size();
  if (references > maxReferences)
    return textError("cache records name more than " +
                     std::to_string(maxReferences) + " layers");
  for (const go::JsonValue &item : list->items) {
    int64_t index = 0;
    if (!readNumber(item, index) || index < 0 ||
        index >= static_cast<int64_t>(limit))
      return textError(where + ": '" + item.text +
                       "' is not the number of a layer before it");
    out.push_back(static_cast<size_t>(index));
  }
  return llvm::Error::success();
}

llvm::Error Reader::readLayer(const go::JsonValue &item) {
  size_t number = result.layers.size();
  std::string where = "layer " + std::to_string(number) + " of cache records";
  if (number == maxEntries)
    return textError("cache records have more than " +
                     std::to_string(maxEntries) + " layers");
  CacheLayer layer;
  if (blobs) {
    if (number >= blobs->size())
      return textError(where + ": the image has no such layer");
    layer.blob = (*blobs)[number];
  } else {
    layer.blob.mediaType = item.textOf("mediaType");
    layer.blob.digest = item.textOf("digest");
    const go::JsonValue *size = item.find("size");
    if (!size || !readNumber(*size, layer.blob.size))
      return textError(where + ": no size");
  }
  layer.diffId = item.textOf("diffId");
  layer.form = item.textOf("form");
  layer.description = item.textOf("description");
  const go::JsonValue *created = item.find("created");
  if (!Digest::parse(layer.blob.digest) || !Digest::parse(layer.diffId))
    return textError(where + ": no SHA-256 digests");
  if (layer.blob.size < 0 || !isForm(layer.form) ||
      layer.description.size() > maxDescription || !created ||
      !readNumber(*created, layer.created) || layer.created < 0)
    return textError(where + ": size, form, description or time is no good");
  if (llvm::Error error =
          readList(item.find("below"), number, where, layer.below))
    return error;
  if (layer.form == baseForm && !layer.below.empty()) {
    const CacheLayer &under = result.layers[layer.below.back()];
    if (under.form != baseForm ||
        !std::equal(under.below.begin(), under.below.end(), layer.below.begin(),
                    layer.below.end() - 1))
      return textError(where + ": it is no layer of a base image");
  }
  result.layers.push_back(std::move(layer));
  return llvm::Error::success();
}

llvm::Error Reader::readResult(const go::JsonValue &item) {
  std::string name = item.textOf("key");
  if (!isResultName(name))
    return textError("cache records: '" + name.substr(0, 100) +
                     "' is not a cache key with an output");
  if (result.results.size() == maxEntries)
    return textError("cache records have more than " +
                     std::to_string(maxEntries) + " results");
  std::vector<size_t> layers;
  if (llvm::Error error = readList(item.find("layers"), result.layers.size(),
                                   "result " + name, layers))
    return error;
  result.results[name] = std::move(layers);
  return llvm::Error::success();
}

llvm::Expected<go::JsonValue> parseObject(std::string_view json) {
  if (json.size() > maxCacheRecordBytes)
    return textError("cache records are longer than " +
                     std::to_string(maxCacheRecordBytes) + " bytes");
  std::string error;
  auto value = go::parseJson(json, &error);
  if (!value)
    return textError("cache records: " + error);
  return std::move(*value);
}

} // namespace

std::string CacheRecords::json(bool inlined) const {
  std::string layerList, resultList;
  for (const CacheLayer &layer : layers) {
    layerList += layerList.empty() ? "{" : ",{";
    if (!inlined)
      layerList += "\"mediaType\":" + go::jsonString(layer.blob.mediaType) +
                   ",\"digest\":" + go::jsonString(layer.blob.digest) +
                   ",\"size\":" + std::to_string(layer.blob.size) + ",";
    layerList += "\"diffId\":" + go::jsonString(layer.diffId) +
                 ",\"form\":" + go::jsonString(layer.form) +
                 ",\"created\":" + std::to_string(layer.created) +
                 ",\"description\":" + go::jsonString(layer.description) +
                 ",\"below\":" + listOf(layer.below) + "}";
  }
  for (const auto &[name, list] : results) {
    resultList += resultList.empty() ? "{" : ",{";
    resultList +=
        "\"key\":" + go::jsonString(name) + ",\"layers\":" + listOf(list) + "}";
  }
  return "{\"version\":1,\"layers\":[" + layerList + "],\"results\":[" +
         resultList + "]}";
}

std::string CacheRecords::identityOf(const CacheLayer &layer,
                                     const std::vector<std::string> &known) {
  if (layer.form == baseForm)
    return layer.below.empty()
               ? layer.diffId
               : Digest::of(known[layer.below.back()] + " " + layer.diffId)
                     .str();
  std::string text = "llbc-layer/1\n" + layer.diffId + "\n" + layer.form +
                     "\n" + std::to_string(layer.created) + "\n";
  for (size_t below : layer.below)
    text += known[below] + "\n";
  return Digest::of(text + "\n" + layer.description).str();
}

std::vector<std::string> CacheRecords::identities() const {
  std::vector<std::string> result;
  for (const CacheLayer &layer : layers)
    result.push_back(identityOf(layer, result));
  return result;
}

llvm::Expected<CacheRecords> CacheRecords::parse(std::string_view json) {
  auto root = parseObject(json);
  if (!root)
    return root.takeError();
  return Reader(nullptr).read(*root);
}

llvm::Expected<CacheRecords>
CacheRecords::parseInline(std::string_view config,
                          const std::vector<registry::Descriptor> &layers) {
  auto root = parseObject(config);
  if (!root)
    return root.takeError();
  const go::JsonValue *member = root->find(inlineCacheMember);
  if (!member)
    return CacheRecords();
  return Reader(&layers).read(*member);
}

} // namespace llb::engine
