// SPDX-License-Identifier: Apache-2.0
//
// Programs that are run for a build: container runtimes, git, SSH agents. Each
// is the first process of a new pid namespace and dies with us, and with it all
// that it started.
#ifndef LLB_ENGINE_PROCESS_H
#define LLB_ENGINE_PROCESS_H

#include "llb/Support/UniqueFd.h"

#include <functional>
#include <llvm/Support/Error.h>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace llb::engine {

struct Program {
  std::string path;
  /// With the program's own name.
  std::vector<std::string> args;
  /// The whole environment.
  std::vector<std::string> env;
  /// Where it runs; empty: where we do.
  std::string folder;
  /// A directory of cgroup2 that it starts in; negative: the group we are in.
  int cgroup = -1;
  /// A directory below which it can open no device; empty: none.
  std::string noDevices;
  /// Neither it nor what it starts may gain rights by running a file.
  bool noNewPrivileges = false;
  /// One that it gets as its number `descriptorNumber`; negative: none.
  int descriptor = -1;
  static constexpr int descriptorNumber = 3;
};

struct ExecResult {
  int status = 0;
  bool canceled = false;
};

/// Output of a program; `stream` is 1 or 2.
using OutputSink = std::function<void(int stream, std::string_view text)>;

/// A program that runs; killed, if it still does, when this goes.
class Process {
public:
  /// The program dies with the thread that calls this.
  static llvm::Expected<Process> start(const Program &program);
  Process(Process &&other) noexcept;
  Process &operator=(Process &&) = delete;
  ~Process();

  /// Reads its output until it ends. An error is a program that could not be
  /// run.
  llvm::Expected<ExecResult> wait(const OutputSink &output,
                                  const std::function<bool()> &canceled);

private:
  Process() = default;
  int reap();

  std::string path;
  pid_t pid = -1;
  UniqueFd out, err, status;
};

/// Where the program `name` is, also if PATH lacks the system's folders; empty
/// if it is nowhere.
std::string findProgram(const std::string &name);

} // namespace llb::engine

#endif
