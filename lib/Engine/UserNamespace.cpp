// SPDX-License-Identifier: Apache-2.0
//
// The maps of a user namespace are written by two setuid programs, which must
// run outside of it: their processes are forked before and wait until the
// namespace is there.
#include "llb/Engine/UserNamespace.h"

#include "llb/Engine/Process.h"
#include "llb/Support/Errors.h"

#include <cerrno>
#include <fcntl.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/MemoryBuffer.h>
#include <pwd.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace llb::engine {
namespace {

std::string userName() {
  const passwd *entry = getpwuid(getuid());
  return entry ? entry->pw_name : std::to_string(getuid());
}

/// The ranges that the file at `path` lends this user, as arguments of
/// newuidmap that put them behind `own` at 0; empty if there are none.
std::vector<std::string> readMap(const char *path, unsigned own) {
  std::vector<std::string> map{"0", std::to_string(own), "1"};
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return {};
  std::string name = userName(), number = std::to_string(getuid());
  uint64_t next = 1;
  llvm::SmallVector<llvm::StringRef> lines;
  (*file)->getBuffer().split(lines, '\n');
  for (llvm::StringRef line : lines) {
    llvm::SmallVector<llvm::StringRef> parts;
    line.trim().split(parts, ':');
    uint64_t first, count;
    if (parts.size() != 3 || (parts[0] != name && parts[0] != number) ||
        parts[1].getAsInteger(10, first) || parts[2].getAsInteger(10, count) ||
        !count)
      continue;
    for (uint64_t part : {next, first, count})
      map.push_back(std::to_string(part));
    next += count;
  }
  return next > 1 ? map : std::vector<std::string>();
}

/// A program that writes one map once the namespace is there.
class MapWriter {
public:
  /// `args` begins with the program. `gate` is a pipe; its other end is closed
  /// when it is time.
  bool start(const std::vector<std::string> &args, const int (&gate)[2]) {
    std::vector<char *> words;
    for (const std::string &word : args)
      words.push_back(const_cast<char *>(word.c_str()));
    words.push_back(nullptr);
    pid = fork();
    if (pid != 0)
      return pid > 0;
    char end;
    ::close(gate[1]);
    if (::read(gate[0], &end, 1) != 0)
      _exit(127);
    execv(words[0], words.data());
    _exit(127);
  }
  bool finish() const {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status == 0;
  }

private:
  pid_t pid = -1;
};

struct Map {
  const char *program;
  const char *file;
  unsigned own;
};

llvm::Error refuse(const std::string &why) {
  return textError("builds by an ordinary user need " + why);
}

} // namespace

bool isInUserNamespace() {
  static const bool answer = [] {
    auto map = llvm::MemoryBuffer::getFileAsStream("/proc/self/uid_map");
    if (!map)
      return false;
    llvm::SmallVector<llvm::StringRef> parts;
    llvm::SplitString((*map)->getBuffer(), parts);
    return parts.size() != 3 || parts[0] != "0" || parts[1] != "0" ||
           parts[2] != "4294967295";
  }();
  return answer;
}

llvm::Error becomeRoot() {
  if (geteuid() == 0)
    return llvm::Error::success();
  const Map maps[] = {{"newuidmap", "/etc/subuid", getuid()},
                      {"newgidmap", "/etc/subgid", getgid()}};
  std::vector<std::string> args[2];
  for (size_t i = 0; i < 2; ++i) {
    std::string program = findProgram(maps[i].program);
    if (program.empty())
      return refuse(std::string(maps[i].program) +
                    ", which is not installed: install the package uidmap");
    std::vector<std::string> map = readMap(maps[i].file, maps[i].own);
    if (map.empty())
      return refuse("ids in " + std::string(maps[i].file) + ", and " +
                    userName() +
                    " has none; as root: usermod --add-subuids 100000-165535 "
                    "--add-subgids 100000-165535 " +
                    userName());
    args[i] = {program, std::to_string(getpid())};
    args[i].insert(args[i].end(), map.begin(), map.end());
  }
  int gate[2];
  if (pipe2(gate, O_CLOEXEC))
    return errnoError("pipe");
  MapWriter writers[2];
  bool good = true;
  for (size_t i = 0; i < 2; ++i)
    good = good && writers[i].start(args[i], gate);
  int error = unshare(CLONE_NEWUSER) ? errno : 0;
  ::close(gate[1]);
  ::close(gate[0]);
  for (const MapWriter &writer : writers)
    good = writer.finish() && good;
  if (error) {
    errno = error;
    return errnoError(
        "builds by an ordinary user need user namespaces, which this machine "
        "does not let you make (sysctl user.max_user_namespaces, "
        "kernel.unprivileged_userns_clone, "
        "kernel.apparmor_restrict_unprivileged_userns)");
  }
  if (!good)
    return refuse("newuidmap and newgidmap to work: they must be setuid root, "
                  "and the ids in /etc/subuid and /etc/subgid nobody else's");
  return llvm::Error::success();
}

} // namespace llb::engine
