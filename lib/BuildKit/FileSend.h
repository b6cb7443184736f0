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

  explicit FileSendService(Refusals &refusals) : refusals(refusals) {}

  /// From now on the exporter of this number may write `file`.
  void expect(size_t exporter, llvm::raw_ostream &file);

  grpc::Status
  DiffCopy(grpc::ServerContext *context,
           grpc::ServerReaderWriter<Message, Message> *stream) override;

private:
  std::mutex mutex;
  /// By exporter; null once it has begun.
  std::map<size_t, llvm::raw_ostream *> files;
  Refusals &refusals;
};

} // namespace llb::buildkit

#endif
