// SPDX-License-Identifier: Apache-2.0
//
// Where a result goes is the caller's choice: the daemon names an exporter of
// the build and nothing else.
#include "FileSend.h"

#include <llvm/ADT/StringRef.h>

namespace llb::buildkit {

void FileSendService::join(SessionServer &server) {
  server.serve("/moby.filesync.v1.FileSend/DiffCopy",
               [this](Call &call) { return receive(call); });
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

grpc::Status FileSendService::receiveFile(Call &call, llvm::raw_ostream &file) {
  filesync::BytesMessage message;
  while (call.read(message))
    file << message.data();
  // A connection that broke, or a message too long, ends the reading as well.
  return call.failure();
}

void FileSendService::markDone(Target &target) {
  std::lock_guard<std::mutex> lock(mutex);
  --target.undone;
}

/// The mark comes before the farewell: the end of the build may be here sooner
/// than the end of this call.
grpc::Status FileSendService::receiveDirectory(Call &call, Target &target) {
  engine::DirTree root = engine::DirTree::openPath(target.path);
  if (!root.valid())
    return refusals.add("cannot open the directory of the result");
  Receiver receiver(root, call);
  std::string error = receiver.run();
  if (error.empty()) {
    markDone(target);
    receiver.sayFarewell();
    return grpc::Status::OK;
  }
  return receiver.isGone() ? grpc::Status(grpc::StatusCode::CANCELLED, error)
                           : refusals.add(error);
}

grpc::Status FileSendService::receive(Call &call) {
  std::string id = call.metadata().first("buildkit-attachable-exporter-id");
  size_t number = 0;
  llvm::StringRef(id).getAsInteger(10, number);
  Target *target = begin(number);
  if (!target)
    return refusals.add("the daemon sent a result that was not asked for: " +
                        (id.empty() ? "of no exporter" : "of exporter " + id));
  if (!target->file)
    return receiveDirectory(call, *target);
  grpc::Status status = receiveFile(call, *target->file);
  if (status.ok())
    markDone(*target);
  return status;
}

} // namespace llb::buildkit
