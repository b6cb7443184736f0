// SPDX-License-Identifier: Apache-2.0
//
// Blobs of directories for a daemon: OCI layouts that are named contexts, and
// caches. What it writes has the digest by which it is called.
#ifndef LLB_BUILDKIT_CONTENTSERVICE_H
#define LLB_BUILDKIT_CONTENTSERVICE_H

#include "BlobFiles.h"
#include "Content.pb.h"
#include "SessionServer.h"
#include "llb/BuildKit/Client.h"

namespace llb::buildkit {

namespace content = containerd::services::content::v1;

/// containerd.services.content.v1.Content.
class ContentService {
public:
  ContentService(std::map<std::string, ContentPlace> places, Refusals &refusals)
      : places(std::move(places)), refusals(refusals) {}

  void join(SessionServer &server);

private:
  grpc::Status info(Call &call, const content::InfoRequest &request,
                    content::InfoResponse &response);
  grpc::Status read(Call &call);
  grpc::Status write(Call &call);
  /// The place that a call names, or null with `status` set.
  const ContentPlace *place(Call &call, grpc::Status &status);
  /// Opens a blob for one of the calls that read.
  grpc::Status open(Call &call, const std::string &digest, UniqueFd &file,
                    int64_t &size);

  const std::map<std::string, ContentPlace> places;
  Refusals &refusals;
};

} // namespace llb::buildkit

#endif
