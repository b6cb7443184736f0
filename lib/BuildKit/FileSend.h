// SPDX-License-Identifier: Apache-2.0
//
// Results that the daemon sends.
#ifndef LLB_BUILDKIT_FILESEND_H
#define LLB_BUILDKIT_FILESEND_H

#include "Receiver.h"
#include "SessionServer.h"

#include <llvm/Support/raw_ostream.h>
#include <map>
#include <mutex>

namespace llb::buildkit {

/// moby.filesync.v1.FileSend: each exporter may write its one file once, or its
/// directory once a platform. A file comes in BytesMessages, a directory in
/// Packets.
class FileSendService {
public:
  explicit FileSendService(Refusals &refusals) : refusals(refusals) {}

  void join(SessionServer &server);

  /// From now on the exporter of this number may write `file`.
  void expect(size_t exporter, llvm::raw_ostream &file);
  /// Or fill the directory `path`, which is empty, in so many calls.
  void expect(size_t exporter, std::string path, size_t calls);
  /// Why not all has come that was expected; empty if it has.
  std::string missing();

private:
  struct Target {
    /// Null for a directory.
    llvm::raw_ostream *file = nullptr;
    std::string path;
    /// Calls that may still begin, and that have not come to their good end.
    size_t unbegun = 1, undone = 1;
  };

  grpc::Status receive(Call &call);
  /// The target of a call that begins, or null.
  Target *begin(size_t exporter);
  grpc::Status receiveFile(Call &call, llvm::raw_ostream &file);
  grpc::Status receiveDirectory(Call &call, Target &target);
  void markDone(Target &target);

  std::mutex mutex;
  /// By exporter.
  std::map<size_t, Target> targets;
  Refusals &refusals;
};

} // namespace llb::buildkit

#endif
