// SPDX-License-Identifier: Apache-2.0
//
// Talking to one place that holds a repository, with what was learnt about it.
#ifndef LLB_REGISTRY_SESSION_H
#define LLB_REGISTRY_SESSION_H

#include "Challenge.h"
#include "Http.h"
#include "llb/Registry/Client.h"
#include "llb/Support/GoJson.h"

namespace llb::registry {

/// What is learnt of one endpoint while talking to it.
struct Session {
  Http &http;
  const CredentialStore &credentials;
  Endpoint endpoint;
  /// Host under which credentials are kept.
  std::string credentialHost;
  std::string base;
  std::string authorization = {};
  std::string basicAuth = {};
  /// What a token has to be good for besides what the registry asks for.
  std::string extraScope = {};

  /// Sends a request of any kind with authentication; an answer of any status
  /// is one.
  std::optional<Response> exchange(Request request, std::string &error);
  std::optional<Response> get(const std::string &path,
                              const std::string &accept, size_t maxBytes,
                              std::string &error);
  /// GET of a blob or manifest with authentication; `accept` and `range` are
  /// header lines, empty for none.
  std::optional<Response> send(const std::string &path,
                               const std::string &accept,
                               const std::string &range, size_t maxBytes,
                               const BodySink &sink, std::string &error);
  /// Scheme and host.
  std::string origin() const;
  /// What to do about a refusal, as the end of a message.
  std::string loginHint(const Response &response) const;
  bool authenticate(const std::string &challenge, std::string &error);
  bool fetchToken(const Challenge &challenge, std::string &error);
  /// A blob or manifest by digest, verified.
  std::optional<std::string> getVerified(const std::string &path,
                                         const std::string &accept,
                                         const std::string &digest,
                                         size_t maxBytes, std::string &error);
};

} // namespace llb::registry

#endif
