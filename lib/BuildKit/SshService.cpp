// SPDX-License-Identifier: Apache-2.0
//
// A stream of the daemon's is a connection to a socket of its own, which goes
// with it.
#include "SshService.h"
#include "SshForward.pb.h"

#include "llb/Support/WriteAll.h"

#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace llb::buildkit {

/// The metadata that names the agent of a stream.
static constexpr const char *idKey = "buildkit.ssh.id";

static grpc::Status failure(llvm::Error error) {
  return {grpc::StatusCode::UNKNOWN, llvm::toString(std::move(error))};
}

void SshService::join(SessionServer &server) {
  using namespace moby::sshforward::v1;
  server.serveOne<CheckAgentRequest, CheckAgentResponse>(
      "/moby.sshforward.v1.SSH/CheckAgent",
      [this](Call &, const CheckAgentRequest &request, CheckAgentResponse &) {
        auto agent = engine::findSshAgent(access.agents, request.id());
        return agent ? grpc::Status::OK : failure(agent.takeError());
      });
  server.serve("/moby.sshforward.v1.SSH/ForwardAgent",
               [this](Call &call) { return forward(call); });
}

llvm::Expected<UniqueFd>
SshService::connect(const std::string &id,
                    std::unique_ptr<engine::SshForward> &door) {
  auto agent = engine::findSshAgent(access.agents, id);
  if (!agent)
    return agent.takeError();
  std::string name = "door-" + std::to_string(doors++);
  auto forward = engine::SshForward::start(**agent, access.folder, name,
                                           {getuid(), getgid(), 0600});
  if (!forward)
    return forward.takeError();
  door = std::move(*forward);
  auto outside = engine::SshAgent::open({access.folder + "/" + name}, "");
  if (!outside)
    return outside.takeError();
  UniqueFd socket = outside->connect();
  if (!socket.valid())
    return llvm::createStringError(
        std::error_code(errno, std::generic_category()),
        "cannot reach the SSH agent");
  return socket;
}

grpc::Status SshService::forward(Call &call) {
  using Message = moby::sshforward::v1::BytesMessage;
  std::unique_ptr<engine::SshForward> door;
  auto socket = connect(call.metadata().first(idKey), door);
  if (!socket)
    return failure(socket.takeError());

  std::thread questions([&, fd = socket->get()] {
    Message message;
    while (call.read(message))
      sendAll(fd, message.data());
    // The agent has seen the last question; its answers still come.
    shutdown(fd, SHUT_WR);
  });
  Message answer;
  char buffer[16384];
  for (;;) {
    ssize_t n = read(socket->get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    answer.set_data(buffer, static_cast<size_t>(n));
    if (!call.write(answer))
      break;
  }
  // Ends the other thread's wait for questions that nobody will answer.
  call.stopReading();
  questions.join();
  return grpc::Status::OK;
}

} // namespace llb::buildkit
