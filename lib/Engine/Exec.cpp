// SPDX-License-Identifier: Apache-2.0
//
// The runtime becomes the first process of a pid namespace, so killing it kills
// all that runs in the container; the kernel kills it when this process dies
// (PR_SET_PDEATHSIG, which is about the thread: the one that waits). It sees
// the mounts of our namespace as they are when it starts, in one of its own.
//
// Between clone and exec only system calls are made: other threads may hold the
// allocator's lock. crun 1.8 refuses machines with cgroups of both versions; it
// is given a cgroup2 file system of its own and told to leave cgroups alone.
#include "llb/Engine/Exec.h"

#include "ContainerSpec.h"
#include "llb/Engine/Store.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
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

constexpr std::string_view idPrefix = "llbc-";

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
  const char *program;
  std::vector<char *> argv;
  int nullFd, outFd, errFd, statusFd;
  bool ownCgroup;
};

/// The child: never returns.
[[noreturn]] void becomeRuntime(const Launch &launch) {
  auto fail = [&](char stage) {
    char message[2] = {stage, static_cast<char>(errno)};
    [[maybe_unused]] ssize_t n =
        ::write(launch.statusFd, message, sizeof message);
    _exit(127);
  };
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setsid();
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
  if (launch.ownCgroup && ::mount("cgroup2", "/sys/fs/cgroup", "cgroup2",
                                  MS_NOSUID | MS_NOEXEC | MS_NODEV, nullptr))
    fail('c');
  if (dup2(launch.nullFd, 0) < 0 || dup2(launch.outFd, 1) < 0 ||
      dup2(launch.errFd, 2) < 0)
    fail('d');
  syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
  static const char *const environment[] = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      nullptr};
  execve(launch.program, launch.argv.data(),
         const_cast<char *const *>(environment));
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

bool writeFile(const std::string &path, std::string_view text) {
  UniqueFd fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  return fd.valid() && ::write(fd.get(), text.data(), text.size()) ==
                           static_cast<ssize_t>(text.size());
}

llvm::Error childError(char stage, int error, const Runtime &runtime) {
  const char *what = stage == 'e'   ? runtime.path.c_str()
                     : stage == 'p' ? "mounting /proc of a pid namespace"
                     : stage == 'c' ? "mounting cgroup2 for crun"
                                    : "preparing a mount namespace";
  errno = error;
  return errnoError(what);
}

} // namespace

/// Removes the control group `id` from every hierarchy; with an empty id, those
/// of processes that are gone. A runtime that is killed leaves its own.
static void removeCgroups(const std::string &id) {
  const std::string top = "/sys/fs/cgroup";
  DirTree root = DirTree::openPath(top);
  std::vector<std::string> hierarchies, groups;
  if (!root.valid() || root.list("/", hierarchies))
    return;
  hierarchies.push_back(".");
  for (const std::string &hierarchy : hierarchies) {
    if (root.list("/" + hierarchy, groups))
      continue;
    for (const std::string &group : groups) {
      if (id.empty()) {
        // Behind the prefix is the number of the process that made it.
        if (!group.starts_with(idPrefix) ||
            kill(std::atoi(group.c_str() + idPrefix.size()), 0) == 0)
          continue;
      } else if (group != id) {
        continue;
      }
      rmdir((top + "/" + hierarchy + "/" + group).c_str());
    }
  }
}

llvm::Expected<Runtime> Runtime::find() {
  const llvm::StringRef extra[] = {"/usr/sbin", "/usr/local/sbin", "/sbin",
                                   "/usr/bin", "/bin"};
  for (const char *name : {"crun", "runc"}) {
    auto path = llvm::sys::findProgramByName(name);
    if (!path)
      path = llvm::sys::findProgramByName(name, extra);
    if (!path)
      continue;
    bool isCrun = std::string_view(name) == "crun";
    if (!isCrun)
      removeCgroups("");
    return Runtime{*path, isCrun};
  }
  return llvm::createStringError(
      std::make_error_code(std::errc::no_such_file_or_directory),
      "RUN needs a container runtime, and there is none; install the package "
      "crun or runc");
}

llvm::Expected<ExecResult> runContainer(const Runtime &runtime,
                                        const Container &container,
                                        const OutputSink &output,
                                        const std::function<bool()> &canceled) {
  DirTree root = DirTree::openPath(container.root);
  if (!root.valid())
    return errnoError(container.root);
  auto user = findContainerUser(root, container.meta.user);
  if (!user)
    return user.takeError();
  std::string id = std::string(idPrefix) + std::to_string(getpid()) + "-" +
                   container.bundle.substr(container.bundle.rfind('/') + 1);
  if (!writeFile(container.bundle + "/config.json",
                 writeContainerSpec(container, *user,
                                    runtime.isCrun ? std::string() : id)))
    return errnoError(container.bundle + "/config.json");

  Pipe out, err, status;
  UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!out.open() || !err.open() || !status.open() || !null.valid())
    return errnoError("pipes of a container");
  std::vector<std::string> words{runtime.path,
                                 "--root=" + container.bundle + "/state"};
  if (runtime.isCrun)
    words.push_back("--cgroup-manager=disabled");
  words.insert(words.end(), {"run", "--bundle", container.bundle, id});
  Launch launch{runtime.path.c_str(), {},
                null.get(),           out.write.get(),
                err.write.get(),      status.write.get(),
                runtime.isCrun};
  for (std::string &word : words)
    launch.argv.push_back(word.data());
  launch.argv.push_back(nullptr);

  long pid =
      syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
  if (pid < 0)
    return errnoError("a pid namespace for the container");
  if (pid == 0)
    becomeRuntime(launch);
  out.write.reset();
  err.write.reset();
  status.write.reset();

  ExecResult result;
  bool outOpen = true, errOpen = true;
  while (outOpen || errOpen) {
    pollfd fds[2] = {{outOpen ? out.read.get() : -1, POLLIN, 0},
                     {errOpen ? err.read.get() : -1, POLLIN, 0}};
    constexpr int pollMilliseconds = 50;
    poll(fds, 2, pollMilliseconds);
    if (!result.canceled && canceled()) {
      result.canceled = true;
      kill(static_cast<pid_t>(pid), SIGKILL);
    }
    if (fds[0].revents)
      outOpen = drain(out.read, 1, output);
    if (fds[1].revents)
      errOpen = drain(err.read, 2, output);
  }
  int code = 0;
  while (waitpid(static_cast<pid_t>(pid), &code, 0) < 0 && errno == EINTR) {
  }
  if (!runtime.isCrun)
    removeCgroups(id);
  char message[2];
  if (::read(status.read.get(), message, sizeof message) ==
      static_cast<ssize_t>(sizeof message))
    return childError(message[0], message[1], runtime);
  result.status = WIFEXITED(code) ? WEXITSTATUS(code) : 128 + WTERMSIG(code);
  return result;
}

} // namespace llb::engine
