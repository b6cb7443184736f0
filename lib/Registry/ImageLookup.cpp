// SPDX-License-Identifier: Apache-2.0
//
// Manifests and configs come from strangers: they are bounded in size, and what
// they name is fetched by digest.
#include "ImageLookup.h"

#include "Session.h"

#include "llb/Support/Digest.h"

namespace llb::registry {
namespace {

constexpr size_t maxConfigBytes = size_t(8) << 20;

PlatformSpec platformOf(const go::JsonValue &descriptor) {
  PlatformSpec platform;
  if (const go::JsonValue *object = descriptor.find("platform")) {
    platform.os = object->textOf("os");
    platform.architecture = object->textOf("architecture");
    platform.variant = object->textOf("variant");
  }
  return platform;
}

/// The digest of the manifest that serves `platform` best; the first of equals.
std::string chooseManifest(const go::JsonValue &manifests,
                           const PlatformSpec &platform) {
  std::string best;
  int bestRank = 0;
  for (const go::JsonValue &descriptor : manifests.items) {
    int rank = platformRank(platform, platformOf(descriptor));
    if (rank > bestRank) {
      best = descriptor.textOf("digest");
      bestRank = rank;
    }
  }
  return best;
}

/// A document that is an index to one reader and a manifest to another would
/// let each of them see another image (CVE-2021-41190).
bool isOneKind(const std::string &name, const go::JsonValue &document,
               std::string &error) {
  bool isIndex = document.find("manifests");
  std::string type = document.textOf("mediaType");
  bool saysIndex = type.find("index") != std::string::npos ||
                   type.find("manifest.list") != std::string::npos;
  bool both = isIndex && (document.find("config") || document.find("layers"));
  if (!both && (type.empty() || saysIndex == isIndex))
    return true;
  error = name + ": the manifest is not clearly an index or an image";
  return false;
}

bool parseSize(const std::string &text, int64_t &size) {
  if (text.empty() || text.size() > 18 ||
      text.find_first_not_of("0123456789") != std::string::npos)
    return false;
  size = 0;
  for (char c : text)
    size = size * 10 + (c - '0');
  return true;
}

} // namespace

bool readImage(const std::string &name, const std::string &body,
               const PlatformSpec &platform, const FetchVerified &fetch,
               ImageManifest &result, std::string &error) {
  result = {};
  result.digest = Digest::of(body).str();

  std::optional<go::JsonValue> manifest = go::parseJson(body, &error);
  if (!manifest || !isOneKind(name, *manifest, error))
    return false;
  if (const go::JsonValue *manifests = manifest->find("manifests")) {
    std::string chosen = chooseManifest(*manifests, platform);
    if (chosen.empty()) {
      error = name + ": no image for platform " + platform.format();
      return false;
    }
    auto inner = fetch(BlobKind::Manifest, chosen, maxManifestBytes, error);
    if (!inner)
      return false;
    manifest = go::parseJson(*inner, &error);
    if (!manifest || !isOneKind(name, *manifest, error))
      return false;
  }
  const go::JsonValue *config = manifest->find("config");
  if (!config) {
    error = name + ": the manifest names no config";
    return false;
  }
  auto blob =
      fetch(BlobKind::Config, config->textOf("digest"), maxConfigBytes, error);
  if (!blob)
    return false;
  result.config = std::move(*blob);
  if (const go::JsonValue *layers = manifest->find("layers"))
    for (const go::JsonValue &layer : layers->items) {
      Descriptor descriptor{layer.textOf("mediaType"), layer.textOf("digest"),
                            0};
      if (!parseSize(layer.textOf("size"), descriptor.size)) {
        error = name + ": a layer has no size";
        return false;
      }
      result.layers.push_back(std::move(descriptor));
    }
  return true;
}

std::vector<std::string> diffIdsOf(const std::string &config) {
  std::vector<std::string> ids;
  auto json = go::parseJson(config);
  const go::JsonValue *rootfs = json ? json->find("rootfs") : nullptr;
  if (const go::JsonValue *list = rootfs ? rootfs->find("diff_ids") : nullptr)
    for (const go::JsonValue &item : list->items)
      ids.push_back(item.text);
  return ids;
}

} // namespace llb::registry
