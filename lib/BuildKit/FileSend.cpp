// SPDX-License-Identifier: Apache-2.0
//
// Where a result goes is the caller's choice: the daemon names an exporter of
// the build and nothing else.
#include "FileSend.h"
#include "Metadata.h"

#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/support/method_handler.h>
#include <llvm/ADT/StringRef.h>

namespace llb::buildkit {

FileSendService::FileSendService(Refusals &refusals) : refusals(refusals) {
  using Handler =
      grpc::internal::BidiStreamingHandler<FileSendService, grpc::ByteBuffer,
                                           grpc::ByteBuffer>;
  AddMethod(new grpc::internal::RpcServiceMethod(
      "/moby.filesync.v1.FileSend/DiffCopy",
      grpc::internal::RpcMethod::BIDI_STREAMING,
      new Handler(
          [](FileSendService *service, grpc::ServerContext *context,
             RawStream *stream) { return service->receive(*context, *stream); },
          this)));
}

void FileSendService::expect(size_t exporter, llvm::raw_ostream &file) {
  std::lock_guard<std::mutex> lock(mutex);
  targets[exporter].file = &file;
}

void FileSendService::expect(size_t exporter, std::string path, size_t calls) {
  std::lock_guard<std::mutex> lock(mutex);
  targets[exporter] = {nullptr, std::move(path), calls, calls};
}

std::string FileSendService::missing() {
  std::lock_guard<std::mutex> lock(mutex);
  for (const auto &[number, target] : targets)
    if (target.undone)
      return "the daemon says that it is done, but has not sent all of "
             "output " +
             std::to_string(number + 1);
  return "";
}

FileSendService::Target *FileSendService::begin(size_t exporter) {
  std::lock_guard<std::mutex> lock(mutex);
  auto found = targets.find(exporter);
  if (found == targets.end() || !found->second.unbegun)
    return nullptr;
  --found->second.unbegun;
  return &found->second;
}

grpc::Status FileSendService::receiveFile(grpc::ServerContext &context,
                                          RawStream &stream,
                                          llvm::raw_ostream &file) {
  grpc::ByteBuffer bytes;
  filesync::BytesMessage message;
  while (stream.Read(&bytes)) {
    if (!grpc::SerializationTraits<filesync::BytesMessage>::Deserialize(
             &bytes, &message)
             .ok())
      return refusals.add("the daemon sent a packet that cannot be read");
    file << message.data();
  }
  // A connection that broke, or a message too long, ends the reading as well.
  return context.IsCancelled() ? grpc::Status::CANCELLED : grpc::Status::OK;
}

void FileSendService::markDone(Target &target) {
  std::lock_guard<std::mutex> lock(mutex);
  --target.undone;
}

/// The mark comes before the farewell: the end of the build may be here sooner
/// than the end of this call.
grpc::Status FileSendService::receiveDirectory(RawStream &stream,
                                               Target &target) {
  engine::DirTree root = engine::DirTree::openPath(target.path);
  if (!root.valid())
    return refusals.add("cannot open the directory of the result");
  Receiver receiver(root, stream);
  std::string error = receiver.run();
  if (error.empty()) {
    markDone(target);
    receiver.sayFarewell();
    return grpc::Status::OK;
  }
  return receiver.isGone() ? grpc::Status(grpc::StatusCode::CANCELLED, error)
                           : refusals.add(error);
}

grpc::Status FileSendService::receive(grpc::ServerContext &context,
                                      RawStream &stream) {
  std::string id = Metadata(context.client_metadata())
                       .first("buildkit-attachable-exporter-id");
  size_t number = 0;
  llvm::StringRef(id).getAsInteger(10, number);
  Target *target = begin(number);
  if (!target)
    return refusals.add("the daemon sent a result that was not asked for: " +
                        (id.empty() ? "of no exporter" : "of exporter " + id));
  if (!target->file)
    return receiveDirectory(stream, *target);
  grpc::Status status = receiveFile(context, stream, *target->file);
  if (status.ok())
    markDone(*target);
  return status;
}

} // namespace llb::buildkit
