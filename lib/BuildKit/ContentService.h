// SPDX-License-Identifier: Apache-2.0
//
// Blobs of directories for a daemon: OCI layouts that are named contexts, and
// caches. What it writes has the digest by which it is called.
#ifndef LLB_BUILDKIT_CONTENTSERVICE_H
#define LLB_BUILDKIT_CONTENTSERVICE_H

#include "BlobFiles.h"
#include "Content.grpc.pb.h"
#include "Refusals.h"
#include "llb/BuildKit/Client.h"

namespace llb::buildkit {

namespace content = containerd::services::content::v1;

class ContentService final : public content::Content::Service {
public:
  ContentService(std::map<std::string, ContentPlace> places, Refusals &refusals)
      : places(std::move(places)), refusals(refusals) {}

  grpc::Status Info(grpc::ServerContext *context,
                    const content::InfoRequest *request,
                    content::InfoResponse *response) override;
  grpc::Status
  Read(grpc::ServerContext *context, const content::ReadContentRequest *request,
       grpc::ServerWriter<content::ReadContentResponse> *writer) override;
  grpc::Status Status(grpc::ServerContext *context,
                      const content::StatusRequest *request,
                      content::StatusResponse *response) override;
  grpc::Status Write(
      grpc::ServerContext *context,
      grpc::ServerReaderWriter<content::WriteContentResponse,
                               content::WriteContentRequest> *stream) override;
  grpc::Status Abort(grpc::ServerContext *context,
                     const content::AbortRequest *request,
                     content::Empty *response) override;

private:
  /// The place that a call names, or null with `status` set.
  const ContentPlace *place(grpc::ServerContext &context, grpc::Status &status);
  /// Opens a blob for one of the calls that read.
  grpc::Status open(grpc::ServerContext &context, const std::string &digest,
                    UniqueFd &file, int64_t &size);

  const std::map<std::string, ContentPlace> places;
  Refusals &refusals;
};

} // namespace llb::buildkit

#endif
