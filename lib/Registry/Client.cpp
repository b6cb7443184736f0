// SPDX-License-Identifier: Apache-2.0
//
// Nothing a registry says is believed: bodies are bounded and digests computed.
#include "BlobFetch.h"
#include "Session.h"

#include "llb/Support/Digest.h"

namespace llb::registry {
namespace {

constexpr size_t maxManifestBytes = size_t(4) << 20;
constexpr size_t maxConfigBytes = size_t(8) << 20;

constexpr const char *acceptManifests =
    "Accept: application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json";

PlatformSpec platformOf(const go::JsonValue &descriptor) {
  PlatformSpec platform;
  if (const go::JsonValue *object = descriptor.find("platform")) {
    platform.os = textOf(*object, "os");
    platform.architecture = textOf(*object, "architecture");
    platform.variant = textOf(*object, "variant");
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
      best = textOf(descriptor, "digest");
      bestRank = rank;
    }
  }
  return best;
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

Client::Client(CredentialStore credentials, RegistriesConf conf)
    : credentials(std::move(credentials)), conf(std::move(conf)),
      http(std::make_unique<Http>()) {}

Client::~Client() = default;

bool Client::eachPlace(const std::vector<Endpoint> &endpoints, Http &http,
                       llvm::function_ref<Attempt> tryPlace,
                       std::string &error) {
  std::string all;
  for (const Endpoint &endpoint : endpoints) {
    bool hub = endpoint.host == "docker.io";
    Session session{http, credentials, endpoint, endpoint.host, ""};
    std::string host = hub ? "registry-1.docker.io" : endpoint.host;
    for (const char *scheme : {"https://", "http://"}) {
      if (scheme[4] == ':' && !endpoint.insecure)
        continue;
      session.base = scheme + host + "/v2/" + endpoint.repository + "/";
      std::string failure;
      if (tryPlace(session, failure))
        return true;
      all += (all.empty() ? "" : "; ") + failure;
    }
  }
  if (!all.empty())
    error = all;
  return false;
}

std::optional<ImageConfig> Client::resolve(const Reference &ref,
                                           const PlatformSpec &platform,
                                           std::string &error) {
  std::optional<ImageManifest> image = fetchManifest(ref, platform, error);
  if (!image)
    return std::nullopt;
  return ImageConfig{image->digest, std::move(image->config)};
}

std::optional<ImageManifest> Client::fetchManifest(const Reference &ref,
                                                   const PlatformSpec &platform,
                                                   std::string &error) {
  std::lock_guard<std::mutex> lock(mutex);
  ImageManifest result;
  bool found = eachPlace(
      conf.endpoints(ref, error), *http,
      [&](Session &session, std::string &failure) {
        return resolveAt(session, ref, platform, result, failure);
      },
      error);
  if (!found)
    return std::nullopt;
  return result;
}

bool Client::fetchBlob(const Reference &ref, const Descriptor &blob, int fd,
                       std::string &error) {
  // A connection of its own: blobs come side by side.
  Http connection;
  return eachPlace(
      conf.endpoints(ref, error), connection,
      [&](Session &session, std::string &failure) {
        return BlobFetch(session, blob, fd).run(failure);
      },
      error);
}

bool Client::resolveAt(Session &session, const Reference &ref,
                       const PlatformSpec &platform, ImageManifest &result,
                       std::string &error) {
  std::string body;
  if (!ref.digest.empty()) {
    auto verified = session.getVerified("manifests/", acceptManifests,
                                        ref.digest, maxManifestBytes, error);
    if (!verified)
      return false;
    body = std::move(*verified);
  } else {
    auto response = session.get("manifests/" + ref.tag, acceptManifests,
                                maxManifestBytes, error);
    if (!response)
      return false;
    body = std::move(response->body);
  }
  result = {};
  result.digest = Digest::of(body).str();

  std::optional<go::JsonValue> manifest = go::parseJson(body, &error);
  if (!manifest)
    return false;
  if (const go::JsonValue *manifests = manifest->find("manifests")) {
    std::string chosen = chooseManifest(*manifests, platform);
    if (chosen.empty()) {
      error = ref.str() + ": no image for platform " + platform.format();
      return false;
    }
    auto inner = session.getVerified("manifests/", acceptManifests, chosen,
                                     maxManifestBytes, error);
    if (!inner)
      return false;
    manifest = go::parseJson(*inner, &error);
    if (!manifest)
      return false;
  }
  const go::JsonValue *config = manifest->find("config");
  if (!config) {
    error = ref.str() + ": the manifest names no config";
    return false;
  }
  auto blob = session.getVerified("blobs/", "", textOf(*config, "digest"),
                                  maxConfigBytes, error);
  if (!blob)
    return false;
  result.config = std::move(*blob);
  if (const go::JsonValue *layers = manifest->find("layers"))
    for (const go::JsonValue &layer : layers->items) {
      Descriptor descriptor{textOf(layer, "mediaType"), textOf(layer, "digest"),
                            0};
      if (!parseSize(textOf(layer, "size"), descriptor.size)) {
        error = ref.str() + ": a layer has no size";
        return false;
      }
      result.layers.push_back(std::move(descriptor));
    }
  return true;
}

} // namespace llb::registry
