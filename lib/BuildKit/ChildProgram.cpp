// SPDX-License-Identifier: Apache-2.0
//
// The program has a session of its own: an interrupt from the terminal is for
// us, who end the build in order.
#include "ChildProgram.h"
#include "Dial.h"

#include "llb/Support/Errors.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <llvm/ADT/StringRef.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

namespace llb::buildkit {
namespace {

/// How much of what it says is kept.
constexpr size_t maxSaid = 2048;
/// How long it has to end by itself.
constexpr int graceMilliseconds = 1000;

struct SpawnSettings {
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

/// Returns errno, or 0 with the process id.
int spawn(const std::vector<std::string> &command, int connection, int errors,
          pid_t &pid) {
  SpawnSettings settings;
  for (auto [from, to] : {std::pair(connection, 0), std::pair(connection, 1),
                          std::pair(errors, 2)})
    posix_spawn_file_actions_adddup2(&settings.actions, from, to);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&settings.attributes, &none);
  posix_spawnattr_setflags(&settings.attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  std::vector<char *> argv;
  for (const std::string &word : command)
    argv.push_back(const_cast<char *>(word.c_str()));
  argv.push_back(nullptr);
  return posix_spawnp(&pid, argv.front(), &settings.actions,
                      &settings.attributes, argv.data(), environ);
}

} // namespace

llvm::Expected<std::unique_ptr<Connection>>
ChildProgram::start(const Address &address) {
  UniqueFd outer, inner;
  if (llvm::Error error = makeSocketPair(outer, inner))
    return error;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return errnoError("cannot make a pipe");
  UniqueFd out(ends[1]);
  std::unique_ptr<ChildProgram> result(new ChildProgram(std::move(outer)));
  result->errors = UniqueFd(ends[0]);
  result->wake = UniqueFd(eventfd(0, EFD_CLOEXEC));
  result->name = address.command.front();
  int error = spawn(address.command, inner.get(), out.get(), result->pid);
  if (error) {
    result->pid = -1;
    return dialError(address, result->name +
                                  " cannot be run: " + std::strerror(error) +
                                  "; install it, or have it in PATH");
  }
  result->listener = std::thread([child = result.get()] { child->listen(); });
  return result;
}

/// What the program started may keep the pipe open for longer than it lives, so
/// its end is not waited for.
void ChildProgram::listen() {
  char buffer[512];
  pollfd waiting[] = {{errors.get(), POLLIN, 0}, {wake.get(), POLLIN, 0}};
  while (true) {
    if (poll(waiting, 2, -1) < 0 && errno == EINTR)
      continue;
    if (!waiting[0].revents)
      return;
    ssize_t n = read(errors.get(), buffer, sizeof buffer);
    if (n <= 0)
      return;
    said.append(buffer, static_cast<size_t>(n));
    if (said.size() > maxSaid)
      said.erase(0, said.size() - maxSaid);
  }
}

void ChildProgram::stopListening() {
  if (!listener.joinable())
    return;
  eventfd_write(wake.get(), 1);
  listener.join();
}

bool ChildProgram::hasEnded(int milliseconds) {
  if (pid < 0)
    return true;
  constexpr int step = 10;
  for (int waited = 0;; waited += step) {
    pid_t ended = waitpid(pid, &status, WNOHANG);
    if (ended == pid) {
      pid = -1;
      return true;
    }
    if (waited >= milliseconds)
      return false;
    usleep(step * 1000);
  }
}

std::string ChildProgram::reason() {
  if (!hasEnded(graceMilliseconds))
    return "";
  stopListening();
  std::string how =
      WIFSIGNALED(status)
          ? "was killed by signal " + std::to_string(WTERMSIG(status))
          : "ended with status " + std::to_string(WEXITSTATUS(status));
  llvm::StringRef text = llvm::StringRef(said).trim();
  return name + " " + how + (text.empty() ? "" : ": " + text.str());
}

ChildProgram::~ChildProgram() {
  cut();
  if (!hasEnded(graceMilliseconds)) {
    kill(-pid, SIGTERM);
    if (!hasEnded(graceMilliseconds)) {
      kill(-pid, SIGKILL);
      hasEnded(graceMilliseconds);
    }
  }
  stopListening();
}

} // namespace llb::buildkit
