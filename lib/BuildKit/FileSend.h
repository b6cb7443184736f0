// SPDX-License-Identifier: Apache-2.0
//
// Results that the daemon sends.
#ifndef LLB_BUILDKIT_FILESEND_H
#define LLB_BUILDKIT_FILESEND_H

#include "FileSync.grpc.pb.h"
#include "Refusals.h"

#include <llvm/Support/raw_ostream.h>
#include <map>
#include <mutex>

namespace llb::buildkit {

/// Each exporter may write its one file once.
class FileSendService final : public moby::filesync::v1::FileSend::Service {
public:
  using Message = moby::filesync::v1::BytesMessage;

  /// `files` by the number of the exporter.
  FileSendService(std::map<size_t, llvm::raw_ostream *> files,
                  Refusals &refusals)
      : files(std::move(files)), refusals(refusals) {}

  grpc::Status
  DiffCopy(grpc::ServerContext *context,
           grpc::ServerReaderWriter<Message, Message> *stream) override;

private:
  std::mutex mutex;
  std::map<size_t, llvm::raw_ostream *> files;
  Refusals &refusals;
};

} // namespace llb::buildkit

#endif
