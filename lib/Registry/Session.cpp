// SPDX-License-Identifier: Apache-2.0
//
// Authentication happens when it is asked for, once: a token is asked for only
// where the registry's own challenge points.
#include "Session.h"
#include "Headers.h"

#include "llb/Support/Hasher.h"

namespace llb::registry {
namespace {

constexpr size_t maxTokenBytes = size_t(1) << 20;
/// Of what a request gets that asks for no content.
constexpr size_t maxAnswerBytes = size_t(1) << 20;

} // namespace

std::optional<Response> Session::get(const std::string &path,
                                     const std::string &accept, size_t maxBytes,
                                     std::string &error) {
  auto response = send(path, accept, "", maxBytes, nullptr, error);
  if (response && response->status != 200) {
    error = base + path + ": HTTP status " + std::to_string(response->status);
    return std::nullopt;
  }
  return response;
}

std::optional<Response> Session::send(const std::string &path,
                                      const std::string &accept,
                                      const std::string &range, size_t maxBytes,
                                      const BodySink &sink,
                                      std::string &error) {
  Request request;
  request.url = base + path;
  request.maxBytes = maxBytes;
  request.sink = sink;
  for (const std::string &header : {accept, range})
    if (!header.empty())
      request.headers.push_back(header);
  std::string url = request.url;
  std::optional<Response> response = exchange(std::move(request), error);
  if (!response || response->status < 400)
    return response;
  error = url + ": HTTP status " + std::to_string(response->status) +
          loginHint(*response);
  return std::nullopt;
}

std::string Session::origin() const {
  return base.substr(0, base.find('/', base.find("://") + 3));
}

std::string Session::loginHint(const Response &response) const {
  bool refused = response.status == 401 || response.status == 403;
  return refused ? "; log in with `docker login " + endpoint.host + "`" : "";
}

std::optional<Response> Session::exchange(Request request, std::string &error) {
  request.insecure = endpoint.insecure;
  if (!request.maxBytes)
    request.maxBytes = maxAnswerBytes;
  // A registry may send uploads elsewhere; who we are is for itself alone.
  bool home = request.url.starts_with(origin() + "/");
  const std::vector<std::string> headers = request.headers;
  for (bool retried = false;; retried = true) {
    request.headers = headers;
    if (home && !authorization.empty())
      request.headers.push_back(authorization);
    if (home)
      request.basicAuth = basicAuth;
    std::optional<Response> response = http.send(request, error);
    if (!response || response->status != 401 || retried || !home)
      return response;
    if (!authenticate(response->headers["www-authenticate"], error))
      return std::nullopt;
  }
}

bool Session::authenticate(const std::string &header, std::string &error) {
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

bool Session::fetchToken(const Challenge &challenge, std::string &error) {
  std::optional<Credential> credential =
      credentials.find(credentialHost, error);
  if (!error.empty())
    return false;
  // What is safe on the way to the registry does not leave it in the clear.
  if (base.starts_with("https://") && challenge.realm.starts_with("http://")) {
    error = endpoint.host + " wants a token from '" + challenge.realm +
            "', which is not https";
    return false;
  }
  Request request;
  request.maxBytes = maxTokenBytes;
  request.insecure = endpoint.insecure;
  std::string query = "service=" + Http::encode(challenge.service);
  if (!challenge.scope.empty())
    query += "&scope=" + Http::encode(challenge.scope);
  if (!extraScope.empty())
    query += "&scope=" + Http::encode(extraScope);
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
  std::string token = tokenIn(response->body);
  if (token.empty()) {
    error = challenge.realm + ": the answer holds no token";
    return false;
  }
  authorization = "Authorization: Bearer " + token;
  return true;
}

std::optional<std::string> Session::getVerified(const std::string &path,
                                                const std::string &accept,
                                                const std::string &digest,
                                                size_t maxBytes,
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

} // namespace llb::registry
