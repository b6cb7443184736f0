// SPDX-License-Identifier: Apache-2.0
//
// Who we are to a registry: docker's config.json and credential helpers.
#ifndef LLB_REGISTRY_CREDENTIALS_H
#define LLB_REGISTRY_CREDENTIALS_H

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace llb::registry {

/// A user with a password, or, with an empty user, an identity token that is
/// exchanged for an access token.
struct Credential {
  std::string user;
  std::string secret;
};

/// `auths`, `credHelpers` and `credsStore` of docker's config file.
class CredentialStore {
public:
  /// Reads `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`; an
  /// absent file is an empty store. On a broken one returns false and sets
  /// `error`.
  static bool load(CredentialStore &result, std::string &error);
  /// The same from the file's text.
  static bool parse(std::string_view json, CredentialStore &result,
                    std::string &error);

  /// The credential for a registry host (`docker.io` for Docker Hub), nothing
  /// for anonymous use. A helper that fails sets `error`.
  std::optional<Credential> find(const std::string &host,
                                 std::string &error) const;

private:
  std::map<std::string, Credential> auths;
  std::map<std::string, std::string> helpers;
  std::string store;
};

} // namespace llb::registry

#endif
