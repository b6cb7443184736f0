// SPDX-License-Identifier: Apache-2.0
//
// SSH agents for the steps of a daemon, through the same door as for steps that
// run here: keys can be listed and used, and nothing else asked.
#ifndef LLB_BUILDKIT_SSHSERVICE_H
#define LLB_BUILDKIT_SSHSERVICE_H

#include "SessionServer.h"
#include "llb/BuildKit/Client.h"

namespace llb::buildkit {

/// moby.sshforward.v1.SSH.
class SshService {
public:
  explicit SshService(const SshAccess &access) : access(access) {}

  void join(SessionServer &server);

private:
  grpc::Status forward(Call &call);
  /// A connection to the agent of this id, whose questions `door` sifts.
  llvm::Expected<UniqueFd> connect(const std::string &id,
                                   std::unique_ptr<engine::SshForward> &door);

  const SshAccess access;
  std::atomic<unsigned> doors = 0;
};

} // namespace llb::buildkit

#endif
