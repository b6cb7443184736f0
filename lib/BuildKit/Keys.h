// SPDX-License-Identifier: Apache-2.0
//
// What a daemon may know of this machine's user: secrets that were named for
// the build, and credentials for registries.
#ifndef LLB_BUILDKIT_KEYS_H
#define LLB_BUILDKIT_KEYS_H

#include "FileSync.grpc.pb.h"
#include "Secrets.grpc.pb.h"
#include "llb/Registry/Credentials.h"

namespace llb::buildkit {

class SecretService final
    : public moby::buildkit::secrets::v1::Secrets::Service {
public:
  explicit SecretService(std::map<std::string, std::string> secrets)
      : secrets(std::move(secrets)) {}

  grpc::Status
  GetSecret(grpc::ServerContext *context,
            const moby::buildkit::secrets::v1::GetSecretRequest *request,
            moby::buildkit::secrets::v1::GetSecretResponse *response) override;

private:
  const std::map<std::string, std::string> secrets;
};

/// Gives credentials themselves. Of BuildKit's client's two ways the other one,
/// tokens fetched here, is optional.
class AuthService final : public moby::filesync::v1::Auth::Service {
public:
  explicit AuthService(registry::CredentialStore credentials)
      : credentials(std::move(credentials)) {}

  grpc::Status
  Credentials(grpc::ServerContext *context,
              const moby::filesync::v1::CredentialsRequest *request,
              moby::filesync::v1::CredentialsResponse *response) override;

private:
  const registry::CredentialStore credentials;
};

} // namespace llb::buildkit

#endif
