// SPDX-License-Identifier: Apache-2.0
//
// What a daemon may know of this machine's user: secrets that were named for
// the build, and credentials for registries.
#ifndef LLB_BUILDKIT_KEYS_H
#define LLB_BUILDKIT_KEYS_H

#include "SessionServer.h"
#include "llb/Registry/Credentials.h"

namespace llb::buildkit {

/// moby.buildkit.secrets.v1.Secrets.
class SecretService {
public:
  explicit SecretService(std::map<std::string, std::string> secrets)
      : secrets(std::move(secrets)) {}

  void join(SessionServer &server);

private:
  const std::map<std::string, std::string> secrets;
};

/// moby.filesync.v1.Auth. Gives credentials themselves. Of BuildKit's client's
/// two ways the other one, tokens fetched here, is optional.
class AuthService {
public:
  explicit AuthService(registry::CredentialStore credentials)
      : credentials(std::move(credentials)) {}

  void join(SessionServer &server);

private:
  const registry::CredentialStore credentials;
};

} // namespace llb::buildkit

#endif
