// SPDX-License-Identifier: Apache-2.0
//
// Killing the first process of a pid namespace kills all in it; the kernel
// kills that one when this process dies (PR_SET_PDEATHSIG, which is about the
// thread: the one that started it). It sees the mounts of our namespace as they
// are when it starts, in one of its own.
//
// Between clone and exec only system calls are made: other threads may hold the
// allocator's lock.
#include "llb/Engine/Process.h"

#include "llb/Engine/Store.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <llvm/Support/Program.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace llb::engine {
namespace {

struct Pipe {
  UniqueFd read, write;
  bool open() {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC))
      return false;
    read = UniqueFd(fds[0]);
    write = UniqueFd(fds[1]);
    return true;
  }
};

/// Everything the child needs, made before there is one.
struct Launch {
  const Program &program;
  std::vector<char *> args, env;
  int nullFd, outFd, errFd, statusFd;
  /// This process as it is seen from outside; readable when it has ended.
  int parentFd;
};

/// The child: never returns.
[[noreturn]] void becomeProgram(const Launch &launch) {
  int statusFd = launch.statusFd;
  auto fail = [&](char stage) {
    char message[2] = {stage, static_cast<char>(errno)};
    [[maybe_unused]] ssize_t n = ::write(statusFd, message, sizeof message);
    _exit(127);
  };
  const Program &program = launch.program;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Who died before that sends no signal any more.
  pollfd parent{launch.parentFd, POLLIN, 0};
  if (poll(&parent, 1, 0) != 0)
    _exit(127);
  if (program.noNewPrivileges)
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  setsid();
  umask(022);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int number : {SIGINT, SIGTERM, SIGPIPE, SIGCHLD, SIGHUP})
    signal(number, SIG_DFL);
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr))
    fail('m');
  if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV,
              nullptr))
    fail('p');
  if (!program.noDevices.empty() &&
      (::mount(program.noDevices.c_str(), program.noDevices.c_str(), nullptr,
               MS_BIND | MS_REC, nullptr) ||
       ::mount(nullptr, program.noDevices.c_str(), nullptr,
               MS_REMOUNT | MS_BIND | MS_NODEV, nullptr)))
    fail('n');
  if (!program.folder.empty() && chdir(program.folder.c_str()))
    fail('f');
  if (dup2(launch.nullFd, 0) < 0 || dup2(launch.outFd, 1) < 0 ||
      dup2(launch.errFd, 2) < 0)
    fail('d');
  unsigned first = Program::descriptorNumber;
  if (program.descriptor >= 0) {
    // A copy stays open; in its own place it would close with the others. Where
    // the message about a failure goes to may not be overwritten.
    int status = launch.statusFd == Program::descriptorNumber
                     ? fcntl(launch.statusFd, F_DUPFD_CLOEXEC, 4)
                     : launch.statusFd;
    int copy = fcntl(program.descriptor, F_DUPFD_CLOEXEC, 4);
    statusFd = status;
    if (status < 0 || copy < 0 || dup2(copy, Program::descriptorNumber) < 0)
      fail('d');
    ++first;
  }
  syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC);
  execve(program.path.c_str(), launch.args.data(), launch.env.data());
  fail('e');
  _exit(127);
}

/// Reads what is there; false at the end.
bool drain(const UniqueFd &fd, int stream, const OutputSink &output) {
  char buffer[16384];
  ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
  if (n > 0)
    output(stream, std::string_view(buffer, static_cast<size_t>(n)));
  return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

std::vector<char *> pointersTo(const std::vector<std::string> &words) {
  std::vector<char *> list;
  for (const std::string &word : words)
    list.push_back(const_cast<char *>(word.c_str()));
  list.push_back(nullptr);
  return list;
}

llvm::Error childError(char stage, int error, const std::string &path) {
  const char *what = stage == 'e'   ? path.c_str()
                     : stage == 'p' ? "mounting /proc of a pid namespace"
                     : stage == 'n' ? "mounting a root without devices"
                     : stage == 'f' ? "entering the folder of a program"
                                    : "preparing a mount namespace";
  errno = error;
  return errnoError(what);
}

} // namespace

std::string findProgram(const std::string &name) {
  const llvm::StringRef extra[] = {"/usr/sbin", "/usr/local/sbin", "/sbin",
                                   "/usr/bin", "/bin"};
  auto path = llvm::sys::findProgramByName(name);
  if (!path)
    path = llvm::sys::findProgramByName(name, extra);
  return path ? *path : std::string();
}

Process::Process(Process &&other) noexcept
    : path(std::move(other.path)), pid(std::exchange(other.pid, -1)),
      out(std::move(other.out)), err(std::move(other.err)),
      status(std::move(other.status)) {}

Process::~Process() {
  if (pid < 0)
    return;
  kill(pid, SIGKILL);
  reap();
}

int Process::reap() {
  int code = 0;
  while (waitpid(pid, &code, 0) < 0 && errno == EINTR) {
  }
  pid = -1;
  return code;
}

llvm::Expected<Process> Process::start(const Program &program) {
  Pipe out, err, status;
  UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  UniqueFd self(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  if (!out.open() || !err.open() || !status.open() || !null.valid() ||
      !self.valid())
    return errnoError("pipes to " + program.path);
  Launch launch{program,
                pointersTo(program.args),
                pointersTo(program.env),
                null.get(),
                out.write.get(),
                err.write.get(),
                status.write.get(),
                self.get()};
  clone_args clone{};
  clone.flags = CLONE_NEWPID | CLONE_NEWNS;
  clone.exit_signal = SIGCHLD;
  if (program.cgroup >= 0) {
    clone.flags |= CLONE_INTO_CGROUP;
    clone.cgroup = static_cast<uint64_t>(program.cgroup);
  }
  long pid = syscall(SYS_clone3, &clone, sizeof clone);
  if (pid < 0)
    return errnoError("a pid namespace for " + program.path);
  if (pid == 0)
    becomeProgram(launch);
  Process process;
  process.path = program.path;
  process.pid = static_cast<pid_t>(pid);
  process.out = std::move(out.read);
  process.err = std::move(err.read);
  process.status = std::move(status.read);
  return process;
}

llvm::Expected<ExecResult>
Process::wait(const OutputSink &output, const std::function<bool()> &canceled) {
  ExecResult result;
  bool outOpen = true, errOpen = true;
  while (outOpen || errOpen) {
    pollfd fds[2] = {{outOpen ? out.get() : -1, POLLIN, 0},
                     {errOpen ? err.get() : -1, POLLIN, 0}};
    constexpr int pollMilliseconds = 50;
    poll(fds, 2, pollMilliseconds);
    if (!result.canceled && canceled()) {
      result.canceled = true;
      kill(pid, SIGKILL);
    }
    if (fds[0].revents)
      outOpen = drain(out, 1, output);
    if (fds[1].revents)
      errOpen = drain(err, 2, output);
  }
  int code = reap();
  char message[2];
  if (::read(status.get(), message, sizeof message) ==
      static_cast<ssize_t>(sizeof message))
    return childError(message[0], message[1], path);
  result.status = WIFEXITED(code) ? WEXITSTATUS(code) : 128 + WTERMSIG(code);
  return result;
}

} // namespace llb::engine
