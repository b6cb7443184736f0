// SPDX-License-Identifier: Apache-2.0
//
// Local directories as a daemon reads them: it is told what there is and asks
// for the files that it does not have from an earlier build.
#ifndef LLB_BUILDKIT_FILESYNC_H
#define LLB_BUILDKIT_FILESYNC_H

#include "FileSync.pb.h"
#include "SessionServer.h"
#include "llb/BuildKit/Client.h"

#include <mutex>

namespace llb::buildkit {

namespace filesync = moby::filesync::v1;

/// moby.filesync.v1.FileSync. Serves what definitions ask for and nothing else:
/// the daemon is not trusted with the rest of a directory.
class FileSyncService {
public:
  FileSyncService(std::map<std::string, std::string> directories,
                  Refusals &refusals)
      : directories(std::move(directories)), refusals(refusals) {}

  /// From now on `name` may be read through `filter`.
  void allow(const std::string &name, context::Filter filter);

  void join(SessionServer &server);

private:
  grpc::Status answer(Call &call);
  bool isAllowed(const std::string &name, const context::Filter &filter);

  const std::map<std::string, std::string> directories;
  Refusals &refusals;
  std::mutex mutex;
  std::vector<std::pair<std::string, context::Filter>> allowed;
};

} // namespace llb::buildkit

#endif
