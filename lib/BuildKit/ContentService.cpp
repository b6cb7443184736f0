// SPDX-License-Identifier: Apache-2.0
//
// A write is a conversation, each message of which is answered; what was begun
// and not ended leaves nothing, so there is nothing to resume or to abort.
#include "ContentService.h"

#include <cstring>

namespace llb::buildkit {
namespace {

constexpr size_t chunkSize = 256 << 10;

grpc::Status systemFailure(const char *what, int error) {
  return {grpc::StatusCode::INTERNAL,
          std::string(what) + ": " + std::strerror(error)};
}

/// One blob that a daemon writes.
class Writing {
public:
  explicit Writing(const BlobFiles &files) : files(files), blob(files) {}

  grpc::Status start() {
    int error = blob.start();
    return error ? systemFailure("cannot store a blob", error)
                 : grpc::Status::OK;
  }
  grpc::Status answer(const content::WriteContentRequest &request,
                      content::WriteContentResponse &response);

private:
  grpc::Status write(const content::WriteContentRequest &request);
  grpc::Status commit(std::string &digest);

  const BlobFiles &files;
  BlobWriter blob;
  int64_t total = 0;
  std::string expected;
};

grpc::Status Writing::write(const content::WriteContentRequest &request) {
  if (request.offset() != blob.size()) {
    if (request.offset() != 0)
      return {grpc::StatusCode::OUT_OF_RANGE,
              "a blob is written from its start to its end"};
    if (int error = blob.restart())
      return systemFailure("cannot store a blob", error);
  }
  int error = blob.append(request.data());
  return error ? systemFailure("cannot store a blob", error) : grpc::Status::OK;
}

grpc::Status Writing::commit(std::string &digest) {
  if (total > 0 && total != blob.size())
    return {grpc::StatusCode::FAILED_PRECONDITION,
            "a blob has " + std::to_string(blob.size()) + " bytes instead of " +
                std::to_string(total)};
  Digest found = blob.finish();
  digest = found.str();
  if (!expected.empty() && expected != digest)
    return {grpc::StatusCode::FAILED_PRECONDITION,
            "a blob has the digest " + digest + " instead of " + expected};
  int error = blob.keep(found);
  return error ? systemFailure("cannot store a blob", error) : grpc::Status::OK;
}

grpc::Status Writing::answer(const content::WriteContentRequest &request,
                             content::WriteContentResponse &response) {
  if (!request.expected().empty()) {
    expected = request.expected();
    auto digest = Digest::parse(expected);
    if (!digest)
      return {grpc::StatusCode::INVALID_ARGUMENT,
              "'" + expected + "' is not a SHA-256 digest"};
    if (files.has(*digest))
      return {grpc::StatusCode::ALREADY_EXISTS, "there is " + expected};
  }
  if (request.total() > 0)
    total = request.total();
  response.Clear();
  response.set_action(request.action());
  grpc::Status status;
  if (request.action() != content::STAT)
    status = write(request);
  if (status.ok() && request.action() == content::COMMIT)
    status = commit(*response.mutable_digest());
  response.set_offset(blob.size());
  response.set_total(total);
  return status;
}

} // namespace

const ContentPlace *ContentService::place(Call &call, grpc::Status &status) {
  std::string id = call.metadata().first("buildkit-attachable-store-id");
  auto found = places.find(id);
  if (found != places.end())
    return &found->second;
  status = {grpc::StatusCode::NOT_FOUND, "unknown store " + id};
  return nullptr;
}

grpc::Status ContentService::open(Call &call, const std::string &text,
                                  UniqueFd &file, int64_t &size) {
  grpc::Status status;
  const ContentPlace *from = place(call, status);
  if (!from)
    return status;
  auto digest = Digest::parse(text);
  if (!digest)
    return {grpc::StatusCode::INVALID_ARGUMENT,
            "'" + text + "' is not a SHA-256 digest"};
  if (int error = BlobFiles(from->directory).open(*digest, file, size))
    return {grpc::StatusCode::NOT_FOUND,
            "content " + text + ": " + std::strerror(error)};
  return status;
}

grpc::Status ContentService::info(Call &call,
                                  const content::InfoRequest &request,
                                  content::InfoResponse &response) {
  UniqueFd file;
  int64_t size = 0;
  grpc::Status status = open(call, request.digest(), file, size);
  if (!status.ok())
    return status;
  response.mutable_info()->set_digest(request.digest());
  response.mutable_info()->set_size(size);
  return status;
}

grpc::Status ContentService::read(Call &call) {
  content::ReadContentRequest request;
  if (!call.read(request))
    return {grpc::StatusCode::INTERNAL, "a question is missing"};
  UniqueFd file;
  int64_t size = 0;
  grpc::Status status = open(call, request.digest(), file, size);
  if (!status.ok())
    return status;
  int64_t at = std::max<int64_t>(request.offset(), 0);
  if (at > size)
    return {grpc::StatusCode::OUT_OF_RANGE, "that is behind the blob's end"};
  int64_t left = size - at;
  if (request.size() > 0)
    left = std::min(left, request.size());
  content::ReadContentResponse response;
  std::string &data = *response.mutable_data();
  while (left > 0) {
    data.resize(static_cast<size_t>(std::min<int64_t>(left, chunkSize)));
    ssize_t n = pread(file.get(), data.data(), data.size(), at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return systemFailure("cannot read a blob", n ? errno : EIO);
    data.resize(static_cast<size_t>(n));
    if (!call.write(response))
      return grpc::Status::CANCELLED;
    at += n;
    left -= n;
  }
  return grpc::Status::OK;
}

grpc::Status ContentService::write(Call &call) {
  grpc::Status status;
  const ContentPlace *to = place(call, status);
  if (!to)
    return status;
  if (!to->isWritable)
    return refusals.add("the daemon wants to write to " + to->directory +
                        ", which the build only reads");
  BlobFiles files(to->directory);
  Writing writing(files);
  status = writing.start();
  content::WriteContentRequest request;
  content::WriteContentResponse response;
  while (status.ok() && call.read(request)) {
    status = writing.answer(request, response);
    if (!status.ok() || !call.write(response) ||
        request.action() == content::COMMIT)
      break;
  }
  return status;
}

void ContentService::join(SessionServer &server) {
  const std::string service = "/containerd.services.content.v1.Content/";
  server.serveOne<content::InfoRequest, content::InfoResponse>(
      service + "Info", [this](Call &call, const content::InfoRequest &request,
                               content::InfoResponse &response) {
        return info(call, request, response);
      });
  server.serve(service + "Read", [this](Call &call) { return read(call); });
  server.serve(service + "Write", [this](Call &call) { return write(call); });
  server.serveOne<content::StatusRequest, content::StatusResponse>(
      service + "Status",
      [](Call &, const content::StatusRequest &request,
         content::StatusResponse &) -> grpc::Status {
        return {grpc::StatusCode::NOT_FOUND,
                "nothing was begun as " + request.ref()};
      });
  server.serveOne<content::AbortRequest, content::Empty>(
      service + "Abort", [](Call &, const content::AbortRequest &,
                            content::Empty &) { return grpc::Status::OK; });
}

} // namespace llb::buildkit
