// SPDX-License-Identifier: Apache-2.0
//
// A program whose standard input and output are a connection to a daemon, such
// as `docker exec -i NAME buildctl dial-stdio`.
#ifndef LLB_BUILDKIT_CHILDPROGRAM_H
#define LLB_BUILDKIT_CHILDPROGRAM_H

#include "Connection.h"

#include <sys/types.h>
#include <thread>

namespace llb::buildkit {

class ChildProgram final : public Connection {
public:
  /// Starts the program of the address; it is found in PATH.
  static llvm::Expected<std::unique_ptr<Connection>>
  start(const Address &address);
  /// Ends it: it sees the end of its input, and is killed if it does not care.
  ~ChildProgram() override;

  /// How it ended and the last that it said, if it has ended.
  std::string reason() override;

private:
  explicit ChildProgram(UniqueFd socket) : Connection(std::move(socket)) {}

  /// Waits for so long at most; whether it has ended.
  bool hasEnded(int milliseconds);
  void listen();
  void stopListening();

  std::string name;
  pid_t pid = -1;
  int status = 0;
  /// Its standard error, which a thread reads until something is in `wake`.
  UniqueFd errors, wake;
  std::thread listener;
  /// The end of what it said; the thread's as long as that runs.
  std::string said;
};

} // namespace llb::buildkit

#endif
