// SPDX-License-Identifier: Apache-2.0
//
// A place that does not answer well is passed over for the next one. What was
// learnt of a place, its scheme and a token, serves the next requests there.
#include "BlobFetch.h"
#include "ImageLookup.h"
#include "Session.h"

#include "llb/Support/Digest.h"

#include <algorithm>
#include <llvm/Support/MemoryBuffer.h>

namespace llb::registry {
namespace {

constexpr const char *acceptManifests =
    "Accept: application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json";

/// What is larger is fetched again rather than kept in memory.
constexpr size_t maxKeptBytes = size_t(1) << 20;

} // namespace

Client::Client(CredentialStore credentials, RegistriesConf conf)
    : credentials(std::move(credentials)), conf(std::move(conf)),
      http(std::make_unique<Http>()) {}

Client::~Client() = default;

long Client::stallSeconds() {
  constexpr long usual = 30;
  return Http::stallSeconds().value_or(usual);
}

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
  http->cancelWhen(flag);
}

Client::Known Client::knownOf(const Endpoint &endpoint) {
  std::lock_guard<std::mutex> lock(placesMutex);
  auto found = places.find(endpoint.host + "/" + endpoint.repository);
  return found == places.end() ? Known() : found->second;
}

void Client::learn(const Endpoint &endpoint, Known known) {
  std::lock_guard<std::mutex> lock(placesMutex);
  places[endpoint.host + "/" + endpoint.repository] = std::move(known);
}

/// The one that has worked, or those that the endpoint allows, the likely one
/// first.
static std::vector<std::string> schemesOf(const Endpoint &endpoint,
                                          const std::string &known) {
  if (!known.empty())
    return {known};
  if (!endpoint.insecure)
    return {"https://"};
  std::vector<std::string> schemes{"https://", "http://"};
  if (endpoint.plainFirst)
    std::swap(schemes[0], schemes[1]);
  return schemes;
}

bool Client::eachPlace(const std::vector<Endpoint> &endpoints, Http &http,
                       llvm::function_ref<Attempt> tryPlace,
                       std::string &error) {
  std::string all;
  auto add = [](std::string &list, const std::string &item) {
    list += (list.empty() || item.empty() ? "" : "; ") + item;
  };
  for (const Endpoint &endpoint : endpoints) {
    bool hub = endpoint.host == "docker.io";
    std::string host = hub ? "registry-1.docker.io" : endpoint.host;
    Known known = knownOf(endpoint);
    std::string overTls, plain;
    for (const std::string &scheme : schemesOf(endpoint, known.scheme)) {
      Session session{http, credentials, endpoint, endpoint.host,
                      scheme + host + "/v2/" + endpoint.repository + "/"};
      // What was got by one scheme is not sent by the other.
      if (scheme == known.scheme) {
        session.authorization = known.authorization;
        session.basicAuth = known.basicAuth;
      }
      std::string failure;
      if (tryPlace(session, failure)) {
        learn(endpoint, {scheme, std::move(session.authorization),
                         std::move(session.basicAuth)});
        return true;
      }
      (scheme == "http://" ? plain : overTls) = failure;
    }
    add(all, overTls);
    add(all, plain);
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

std::optional<std::string> Client::findDocument(const std::string &digest,
                                                size_t maxBytes) const {
  if (auto found = received.find(digest); found != received.end())
    return found->second;
  std::optional<Digest> wanted = Digest::parse(digest);
  if (!wanted || documentFolder.empty())
    return std::nullopt;
  std::string path = documentFolder + "/" + hexDigits(*wanted);
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file || (*file)->getBufferSize() > maxBytes ||
      Digest::of((*file)->getBuffer()) != *wanted)
    return std::nullopt;
  return (*file)->getBuffer().str();
}

bool Client::resolveAt(Session &session, const Reference &ref,
                       const PlatformSpec &platform, ImageManifest &result,
                       std::string &error) {
  auto keep = [&](const std::string &digest,
                  const std::optional<std::string> &document) {
    if (document && document->size() <= maxKeptBytes)
      received.emplace(digest, *document);
  };
  auto fetch = [&](BlobKind kind, const std::string &digest, size_t maxBytes,
                   std::string &why) {
    if (auto known = findDocument(digest, maxBytes))
      return known;
    bool isManifest = kind == BlobKind::Manifest;
    auto document = session.getVerified(isManifest ? "manifests/" : "blobs/",
                                        isManifest ? acceptManifests : "",
                                        digest, maxBytes, why);
    keep(digest, document);
    return document;
  };
  std::optional<std::string> body;
  if (!ref.digest.empty())
    body = fetch(BlobKind::Manifest, ref.digest, maxManifestBytes, error);
  else if ((body = readDocument(session, ref, error)))
    keep(Digest::of(*body).str(), body);
  if (!body)
    return false;
  return readImage(ref.str(), *body, platform, fetch, result, error);
}

} // namespace llb::registry
