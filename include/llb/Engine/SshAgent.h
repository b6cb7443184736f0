// SPDX-License-Identifier: Apache-2.0
//
// SSH agents that steps may use: the user's own, or one with keys from files.
// A step never reaches an agent itself but a socket of ours, through which keys
// can be listed and used, and nothing else asked.
#ifndef LLB_ENGINE_SSHAGENT_H
#define LLB_ENGINE_SSHAGENT_H

#include "llb/Engine/Process.h"

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <thread>

namespace llb::engine {

/// An agent to talk to.
class SshAgent {
public:
  /// `paths` is one socket, or private keys, or nothing for $SSH_AUTH_SOCK.
  /// `folder` does not exist yet; an agent of ours has its socket there.
  static llvm::Expected<SshAgent> open(const std::vector<std::string> &paths,
                                       const std::string &folder);
  SshAgent(SshAgent &&) = default;
  ~SshAgent();

  /// Its socket.
  const std::string &path() const { return socket; }
  /// A connection to it; not valid, with errno, if there is none.
  UniqueFd connect() const;

private:
  SshAgent() = default;
  llvm::Error start(const std::vector<std::string> &keys);

  std::string socket;
  /// Of an agent of ours.
  std::string folder;
  std::optional<Process> process;
};

/// By the id that `RUN --mount=type=ssh,id=` asks for.
using SshAgents = std::map<std::string, SshAgent>;

/// The agent with an id, `default` if that is empty; an error, with BuildKit's
/// text, if there is none or there are no agents at all.
llvm::Expected<const SshAgent *> findSshAgent(const SshAgents *agents,
                                              const std::string &id);

/// A socket that passes questions on to an agent while it exists.
class SshForward {
public:
  struct Access {
    uint32_t uid, gid, mode;
  };
  /// Makes the socket `name` in the directory `folder`.
  static llvm::Expected<std::unique_ptr<SshForward>>
  start(const SshAgent &agent, const std::string &folder,
        const std::string &name, Access access);
  ~SshForward();

private:
  struct Connection {
    std::thread thread;
    std::atomic<bool> ended{false};
  };

  explicit SshForward(const SshAgent &agent) : agent(agent) {}
  void accept();
  void serve(UniqueFd client) const;
  bool read(int fd, void *data, size_t size) const;
  bool readMessage(int fd, std::string &message) const;

  const SshAgent &agent;
  UniqueFd listener;
  /// Closed to end the threads: the other end becomes readable.
  UniqueFd stopWrite, stopRead;
  std::thread acceptor;
  std::list<Connection> connections;
};

} // namespace llb::engine

#endif
