// SPDX-License-Identifier: Apache-2.0
//
// The protocol is docker-credential-helpers': one word on the command line, the
// server on standard input, JSON on standard output, errors there too.
#include "Helper.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace llb::registry {
namespace {

constexpr size_t maxAnswer = 1 << 20;

/// A pipe whose ends are closed when it goes.
struct Pipe {
  int read = -1;
  int write = -1;
  bool open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  static void close(int &end) {
    if (end >= 0)
      ::close(end);
    end = -1;
  }
  ~Pipe() {
    close(read);
    close(write);
  }
};

std::string readAll(int fd) {
  std::string answer;
  char buffer[4096];
  while (answer.size() < maxAnswer) {
    ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    answer.append(buffer, static_cast<size_t>(n));
  }
  return answer;
}

} // namespace

std::optional<std::string>
askHelper(const std::string &name, const std::string &key, std::string &error) {
  std::string program = "docker-credential-" + name;
  // The name becomes part of a program's name: it must not become a path.
  if (name.find('/') != std::string::npos) {
    error = program + ": not the name of a credential helper";
    return std::nullopt;
  }
  Pipe input, output;
  if (!input.open() || !output.open()) {
    error = program + ": " + std::strerror(errno);
    return std::nullopt;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO);
  std::string verb = "get";
  char *argv[] = {program.data(), verb.data(), nullptr};
  pid_t child = 0;
  int failure =
      posix_spawnp(&child, program.c_str(), &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    error = program + ": " + std::strerror(failure);
    return std::nullopt;
  }
  Pipe::close(output.write);
  // A server name fits in any pipe, so this cannot block. Our own reading end
  // is still open: a helper that ends without reading raises no SIGPIPE.
  bool sent = write(input.write, key.data(), key.size()) ==
              static_cast<ssize_t>(key.size());
  Pipe::close(input.read);
  Pipe::close(input.write);
  std::string answer = readAll(output.read);
  // One that has more to say must not wait for us.
  Pipe::close(output.read);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (sent && WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return answer;
  if (answer.find("credentials not found") != std::string::npos)
    return std::nullopt;
  while (!answer.empty() && answer.back() == '\n')
    answer.pop_back();
  error = program + " failed: " + answer;
  return std::nullopt;
}

} // namespace llb::registry
