// SPDX-License-Identifier: Apache-2.0
//
// Nothing a registry says is believed: bodies are bounded, digests computed,
// and a token is asked for only where the registry's own challenge points.
#include "llb/Registry/Client.h"

#include "Challenge.h"
#include "Http.h"
#include "llb/Support/Digest.h"
#include "llb/Support/GoJson.h"

namespace llb::registry {
namespace {

constexpr size_t maxManifestBytes = size_t(4) << 20;
constexpr size_t maxConfigBytes = size_t(8) << 20;
constexpr size_t maxTokenBytes = size_t(1) << 20;

constexpr const char *acceptManifests =
    "Accept: application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json";

std::string textOf(const go::JsonValue &object, std::string_view name) {
  const go::JsonValue *value = object.find(name);
  return value ? value->text : std::string();
}

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

} // namespace

/// What is learnt of one endpoint while talking to it.
struct Client::Session {
  Http &http;
  const CredentialStore &credentials;
  Endpoint endpoint;
  /// Host under which credentials are kept.
  std::string credentialHost;
  std::string base;
  std::string authorization;
  std::string basicAuth;

  std::optional<Response> get(const std::string &path,
                              const std::string &accept, size_t maxBytes,
                              std::string &error);
  bool authenticate(const std::string &challenge, std::string &error);
  bool fetchToken(const Challenge &challenge, std::string &error);
  /// A blob or manifest by digest, verified.
  std::optional<std::string> getVerified(const std::string &path,
                                         const std::string &accept,
                                         const std::string &digest,
                                         size_t maxBytes, std::string &error);
};

std::optional<Response> Client::Session::get(const std::string &path,
                                             const std::string &accept,
                                             size_t maxBytes,
                                             std::string &error) {
  for (bool retried = false;; retried = true) {
    Request request;
    request.url = base + path;
    request.maxBytes = maxBytes;
    request.insecure = endpoint.insecure;
    if (!accept.empty())
      request.headers.push_back(accept);
    if (!authorization.empty())
      request.headers.push_back(authorization);
    request.basicAuth = basicAuth;
    std::optional<Response> response = http.send(request, error);
    if (!response)
      return std::nullopt;
    if (response->status == 200)
      return response;
    if (response->status != 401 || retried) {
      error = request.url + ": HTTP status " + std::to_string(response->status);
      if (response->status == 401 || response->status == 403)
        error += "; log in with `docker login " + endpoint.host + "`";
      return std::nullopt;
    }
    if (!authenticate(response->headers["www-authenticate"], error))
      return std::nullopt;
  }
}

bool Client::Session::authenticate(const std::string &header,
                                   std::string &error) {
  std::optional<Challenge> challenge = Challenge::parse(header);
  if (!challenge) {
    error = endpoint.host + " asks for an authentication that is not known: '" +
            header + "'";
    return false;
  }
  if (challenge->scheme == "bearer")
    return fetchToken(*challenge, error);
  std::optional<Credential> credential =
      credentials.find(credentialHost, error);
  if (!error.empty())
    return false;
  if (!credential) {
    error = endpoint.host + " wants a password; log in with `docker login " +
            endpoint.host + "`";
    return false;
  }
  basicAuth = credential->user + ":" + credential->secret;
  return true;
}

bool Client::Session::fetchToken(const Challenge &challenge,
                                 std::string &error) {
  std::optional<Credential> credential =
      credentials.find(credentialHost, error);
  if (!error.empty())
    return false;
  Request request;
  request.maxBytes = maxTokenBytes;
  request.insecure = endpoint.insecure;
  std::string query = "service=" + Http::encode(challenge.service);
  if (!challenge.scope.empty())
    query += "&scope=" + Http::encode(challenge.scope);
  if (credential && credential->user.empty()) {
    request.url = challenge.realm;
    request.form = query + "&grant_type=refresh_token&client_id=llbc" +
                   "&refresh_token=" + Http::encode(credential->secret);
  } else {
    request.url = challenge.realm;
    request.url += challenge.realm.find('?') == std::string::npos ? '?' : '&';
    request.url += query;
    if (credential)
      request.basicAuth = credential->user + ":" + credential->secret;
  }
  std::optional<Response> response = http.send(request, error);
  if (!response)
    return false;
  if (response->status != 200) {
    error = request.url + ": HTTP status " + std::to_string(response->status) +
            "; log in with `docker login " + endpoint.host + "`";
    return false;
  }
  std::optional<go::JsonValue> answer = go::parseJson(response->body);
  std::string token;
  if (answer) {
    token = textOf(*answer, "token");
    if (token.empty())
      token = textOf(*answer, "access_token");
  }
  if (token.empty() || token.find_first_of("\r\n") != std::string::npos) {
    error = challenge.realm + ": the answer holds no token";
    return false;
  }
  authorization = "Authorization: Bearer " + token;
  return true;
}

std::optional<std::string>
Client::Session::getVerified(const std::string &path, const std::string &accept,
                             const std::string &digest, size_t maxBytes,
                             std::string &error) {
  std::optional<Digest> wanted = Digest::parse(digest);
  if (!wanted) {
    error = endpoint.host + ": '" + digest + "' is not a SHA-256 digest";
    return std::nullopt;
  }
  std::optional<Response> response =
      get(path + digest, accept, maxBytes, error);
  if (!response)
    return std::nullopt;
  if (Digest::of(response->body) != *wanted) {
    error = base + path + digest + ": the content has another digest, " +
            Digest::of(response->body).str();
    return std::nullopt;
  }
  return std::move(response->body);
}

Client::Client(CredentialStore credentials, RegistriesConf conf)
    : credentials(std::move(credentials)), conf(std::move(conf)),
      http(std::make_unique<Http>()) {}

Client::~Client() = default;

std::optional<ImageConfig> Client::resolve(const Reference &ref,
                                           const PlatformSpec &platform,
                                           std::string &error) {
  std::string all;
  for (const Endpoint &endpoint : conf.endpoints(ref, error)) {
    bool hub = endpoint.host == "docker.io";
    Session session{*http, credentials, endpoint, endpoint.host, "", "", ""};
    std::string host = hub ? "registry-1.docker.io" : endpoint.host;
    for (const char *scheme : {"https://", "http://"}) {
      if (scheme[4] == ':' && !endpoint.insecure)
        continue;
      session.base = scheme + host + "/v2/" + endpoint.repository + "/";
      std::string failure;
      if (auto config = resolveAt(session, ref, platform, failure))
        return config;
      all += (all.empty() ? "" : "; ") + failure;
    }
  }
  if (!all.empty())
    error = all;
  return std::nullopt;
}

std::optional<ImageConfig> Client::resolveAt(Session &session,
                                             const Reference &ref,
                                             const PlatformSpec &platform,
                                             std::string &error) {
  ImageConfig result;
  std::string body;
  if (!ref.digest.empty()) {
    auto verified = session.getVerified("manifests/", acceptManifests,
                                        ref.digest, maxManifestBytes, error);
    if (!verified)
      return std::nullopt;
    body = std::move(*verified);
  } else {
    auto response = session.get("manifests/" + ref.tag, acceptManifests,
                                maxManifestBytes, error);
    if (!response)
      return std::nullopt;
    body = std::move(response->body);
  }
  result.digest = Digest::of(body).str();

  std::optional<go::JsonValue> manifest = go::parseJson(body, &error);
  if (!manifest)
    return std::nullopt;
  if (const go::JsonValue *manifests = manifest->find("manifests")) {
    std::string chosen = chooseManifest(*manifests, platform);
    if (chosen.empty()) {
      error = ref.str() + ": no image for platform " + platform.format();
      return std::nullopt;
    }
    auto inner = session.getVerified("manifests/", acceptManifests, chosen,
                                     maxManifestBytes, error);
    if (!inner)
      return std::nullopt;
    manifest = go::parseJson(*inner, &error);
    if (!manifest)
      return std::nullopt;
  }
  const go::JsonValue *config = manifest->find("config");
  if (!config) {
    error = ref.str() + ": the manifest names no config";
    return std::nullopt;
  }
  auto blob = session.getVerified("blobs/", "", textOf(*config, "digest"),
                                  maxConfigBytes, error);
  if (!blob)
    return std::nullopt;
  result.config = std::move(*blob);
  return result;
}

} // namespace llb::registry
