// SPDX-License-Identifier: Apache-2.0
//
// An absent credential is an empty answer: the registry is then asked as
// anybody.
#include "Keys.h"
#include "FileSync.pb.h"
#include "Secrets.pb.h"

namespace llb::buildkit {

void SecretService::join(SessionServer &server) {
  using namespace moby::buildkit::secrets::v1;
  server.serveOne<GetSecretRequest, GetSecretResponse>(
      "/moby.buildkit.secrets.v1.Secrets/GetSecret",
      [this](Call &, const GetSecretRequest &request,
             GetSecretResponse &response) -> grpc::Status {
        auto found = secrets.find(request.id());
        if (found == secrets.end())
          return {grpc::StatusCode::NOT_FOUND,
                  "secret " + request.id() + ": not found"};
        response.set_data(found->second);
        return grpc::Status::OK;
      });
}

void AuthService::join(SessionServer &server) {
  using namespace moby::filesync::v1;
  server.serveOne<CredentialsRequest, CredentialsResponse>(
      "/moby.filesync.v1.Auth/Credentials",
      [this](Call &, const CredentialsRequest &request,
             CredentialsResponse &response) -> grpc::Status {
        // Docker Hub's registry is not called as its credentials are.
        std::string host = request.host() == "registry-1.docker.io"
                               ? std::string("docker.io")
                               : request.host();
        std::string error;
        auto credential = credentials.find(host, error);
        if (!error.empty())
          return {grpc::StatusCode::UNKNOWN, error};
        if (credential) {
          response.set_username(credential->user);
          response.set_secret(credential->secret);
        }
        return grpc::Status::OK;
      });
}

} // namespace llb::buildkit
