// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a file, in the order in which they come. Nothing is named by the
// daemon: what a file is called is the caller's.
#include "FileSend.h"
#include "Metadata.h"

#include <llvm/ADT/StringRef.h>

namespace llb::buildkit {

void FileSendService::expect(size_t exporter, llvm::raw_ostream &file) {
  std::lock_guard<std::mutex> lock(mutex);
  files[exporter] = &file;
}

grpc::Status
FileSendService::DiffCopy(grpc::ServerContext *context,
                          grpc::ServerReaderWriter<Message, Message> *stream) {
  std::string id = Metadata(context->client_metadata())
                       .first("buildkit-attachable-exporter-id");
  size_t number = 0;
  llvm::StringRef(id).getAsInteger(10, number);
  llvm::raw_ostream *out = nullptr;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (auto found = files.find(number); found != files.end())
      out = std::exchange(found->second, nullptr);
  }
  if (!out)
    return refusals.add("the daemon sent a result that was not asked for: " +
                        (id.empty() ? "of no exporter" : "of exporter " + id));
  Message message;
  while (stream->Read(&message))
    *out << message.data();
  return grpc::Status::OK;
}

} // namespace llb::buildkit
