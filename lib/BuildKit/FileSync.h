// SPDX-License-Identifier: Apache-2.0
//
// Local directories as a daemon reads them: it is told what there is and asks
// for the files that it does not have from an earlier build.
#ifndef LLB_BUILDKIT_FILESYNC_H
#define LLB_BUILDKIT_FILESYNC_H

#include "FileSync.grpc.pb.h"
#include "Refusals.h"
#include "llb/BuildKit/Client.h"

#include <grpcpp/grpcpp.h>
#include <mutex>
#include <thread>

namespace llb::buildkit {

namespace filesync = moby::filesync::v1;

/// Serves what definitions ask for and nothing else: the daemon is not trusted
/// with the rest of a directory.
class FileSyncService {
public:
  FileSyncService(std::map<std::string, std::string> directories,
                  Refusals &refusals)
      : directories(std::move(directories)), refusals(refusals) {}

  /// From now on `name` may be read through `filter`.
  void allow(const std::string &name, context::Filter filter);

  /// Becomes part of a server that is built.
  void join(grpc::ServerBuilder &builder);
  /// Serves until `stop`.
  void start();
  /// After the server was shut down.
  void stop();

private:
  /// One that waits for the daemon or is under way.
  struct Call;

  void accept();
  /// Asks for a call of the daemon's; false after `stop`.
  bool request(Call &call);
  void serve(Call &call);
  grpc::Status answer(Call &call);
  bool isAllowed(const std::string &name, const context::Filter &filter);

  const std::map<std::string, std::string> directories;
  Refusals &refusals;
  filesync::FileSync::WithAsyncMethod_DiffCopy<filesync::FileSync::Service>
      service;
  std::unique_ptr<grpc::ServerCompletionQueue> calls;
  std::thread acceptor;
  std::mutex mutex;
  bool isStopping = false;
  std::vector<std::pair<std::string, context::Filter>> allowed;
};

} // namespace llb::buildkit

#endif
