// SPDX-License-Identifier: Apache-2.0
//
// An absent credential is an empty answer: the registry is then asked as
// anybody.
#include "Keys.h"

namespace llb::buildkit {

grpc::Status SecretService::GetSecret(
    grpc::ServerContext *,
    const moby::buildkit::secrets::v1::GetSecretRequest *request,
    moby::buildkit::secrets::v1::GetSecretResponse *response) {
  auto found = secrets.find(request->id());
  if (found == secrets.end())
    return {grpc::StatusCode::NOT_FOUND,
            "secret " + request->id() + ": not found"};
  response->set_data(found->second);
  return grpc::Status::OK;
}

grpc::Status
AuthService::Credentials(grpc::ServerContext *,
                         const moby::filesync::v1::CredentialsRequest *request,
                         moby::filesync::v1::CredentialsResponse *response) {
  // Docker Hub's registry is not called as its credentials are.
  std::string host = request->host() == "registry-1.docker.io"
                         ? std::string("docker.io")
                         : request->host();
  std::string error;
  auto credential = credentials.find(host, error);
  if (!error.empty())
    return {grpc::StatusCode::UNKNOWN, error};
  if (credential) {
    response->set_username(credential->user);
    response->set_secret(credential->secret);
  }
  return grpc::Status::OK;
}

} // namespace llb::buildkit
