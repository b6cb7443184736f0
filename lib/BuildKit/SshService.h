// SPDX-License-Identifier: Apache-2.0
//
// SSH agents for the steps of a daemon, through the same door as for steps that
// run here: keys can be listed and used, and nothing else asked.
#ifndef LLB_BUILDKIT_SSHSERVICE_H
#define LLB_BUILDKIT_SSHSERVICE_H

#include "SshForward.grpc.pb.h"
#include "llb/BuildKit/Client.h"

namespace llb::buildkit {

class SshService final : public moby::sshforward::v1::SSH::Service {
public:
  using Message = moby::sshforward::v1::BytesMessage;

  explicit SshService(const SshAccess &access) : access(access) {}

  grpc::Status
  CheckAgent(grpc::ServerContext *context,
             const moby::sshforward::v1::CheckAgentRequest *request,
             moby::sshforward::v1::CheckAgentResponse *response) override;
  grpc::Status
  ForwardAgent(grpc::ServerContext *context,
               grpc::ServerReaderWriter<Message, Message> *stream) override;

private:
  /// A connection to the agent of this id, whose questions `door` sifts.
  llvm::Expected<UniqueFd> connect(const std::string &id,
                                   std::unique_ptr<engine::SshForward> &door);

  const SshAccess access;
  std::atomic<unsigned> doors = 0;
};

} // namespace llb::buildkit

#endif
