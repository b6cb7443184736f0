// SPDX-License-Identifier: Apache-2.0
//
// A place that does not answer well is passed over for the next one.
#include "BlobFetch.h"
#include "ImageLookup.h"
#include "Session.h"

namespace llb::registry {
namespace {

constexpr const char *acceptManifests =
    "Accept: application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json";

} // namespace

Client::Client(CredentialStore credentials, RegistriesConf conf)
    : credentials(std::move(credentials)), conf(std::move(conf)),
      http(std::make_unique<Http>()) {}

Client::~Client() = default;

std::unique_ptr<Client> Client::load(std::string &error) {
  CredentialStore credentials;
  RegistriesConf conf;
  if (!Http::stallSeconds()) {
    error = "LLBC_STALL_SECONDS is no number of seconds from 1 to 3600";
    return nullptr;
  }
  if (!CredentialStore::load(credentials, error) ||
      !RegistriesConf::load(conf, error))
    return nullptr;
  return std::make_unique<Client>(std::move(credentials), std::move(conf));
}

void Client::cancelWhen(const std::atomic<bool> &flag) {
  cancel = &flag;
  http = std::make_unique<Http>(cancel);
}

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
  Http connection(cancel);
  return eachPlace(
      conf.endpoints(ref, error), connection,
      [&](Session &session, std::string &failure) {
        return BlobFetch(session, blob, fd).run(failure);
      },
      error);
}

/// What `ref` names, whatever it is.
static std::optional<std::string>
readDocument(Session &session, const Reference &ref, std::string &error) {
  if (!ref.digest.empty())
    return session.getVerified("manifests/", acceptManifests, ref.digest,
                               maxManifestBytes, error);
  auto response = session.get("manifests/" + ref.tag, acceptManifests,
                              maxManifestBytes, error);
  if (!response)
    return std::nullopt;
  return std::move(response->body);
}

std::optional<std::string> Client::readText(const Reference &ref,
                                            llvm::function_ref<ReadText> read,
                                            std::string &error) {
  std::lock_guard<std::mutex> lock(mutex);
  std::optional<std::string> body;
  eachPlace(
      conf.endpoints(ref, error), *http,
      [&](Session &session, std::string &failure) {
        body = read(session, failure);
        return body.has_value();
      },
      error);
  return body;
}

std::optional<std::string> Client::fetchDocument(const Reference &ref,
                                                 std::string &error) {
  return readText(
      ref,
      [&](Session &session, std::string &failure) {
        return readDocument(session, ref, failure);
      },
      error);
}

std::optional<std::string> Client::readBlob(const Reference &ref,
                                            const std::string &digest,
                                            size_t maxBytes,
                                            std::string &error) {
  return readText(
      ref,
      [&](Session &session, std::string &failure) {
        return session.getVerified("blobs/", "", digest, maxBytes, failure);
      },
      error);
}

bool Client::resolveAt(Session &session, const Reference &ref,
                       const PlatformSpec &platform, ImageManifest &result,
                       std::string &error) {
  std::optional<std::string> body = readDocument(session, ref, error);
  if (!body)
    return false;
  auto fetch = [&](BlobKind kind, const std::string &digest, size_t maxBytes,
                   std::string &why) {
    bool isManifest = kind == BlobKind::Manifest;
    return session.getVerified(isManifest ? "manifests/" : "blobs/",
                               isManifest ? acceptManifests : "", digest,
                               maxBytes, why);
  };
  return readImage(ref.str(), *body, platform, fetch, result, error);
}

} // namespace llb::registry
