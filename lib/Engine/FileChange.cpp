// SPDX-License-Identifier: Apache-2.0
//
// chmod and setxattr would follow a link, so they go through /proc/self/fd of a
// descriptor that was opened without following.
#include "FileChange.h"

#include "llb/Engine/ReadWatch.h"
#include "llb/Engine/UserNamespace.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/xattr.h>

namespace llb::engine {

bool hasDanglingLink(const Tree &tree, const std::string &path) {
  for (size_t end = path.find('/', 1); end != std::string::npos;
       end = path.find('/', end + 1)) {
    std::string above = path.substr(0, end);
    FileStat info;
    if (tree.stat(above, info))
      return tree.lstat(above, info) == 0;
  }
  return false;
}

llvm::Error pathError(int error, const std::string &what,
                      const std::string &path) {
  if (error == ESTALE)
    return changedError(what + " " + path);
  // What chown says of an id that a user namespace does not have.
  const char *hint = error == EINVAL && isInUserNamespace()
                         ? "; an owner may not be among the ids that "
                           "/etc/subuid and /etc/subgid lend"
                         : "";
  return llvm::createStringError(
      std::error_code(error, std::generic_category()), "%s %s: %s%s",
      what.c_str(), path.c_str(), std::strerror(error), hint);
}

std::optional<FileTimes> timesOf(int64_t nanoseconds) {
  constexpr int64_t second = 1000000000;
  if (nanoseconds == -1)
    return std::nullopt;
  timespec time{};
  time.tv_sec = nanoseconds / second;
  time.tv_nsec = nanoseconds % second;
  if (time.tv_nsec < 0) {
    time.tv_nsec += second;
    --time.tv_sec;
  }
  return FileTimes{time, time};
}

int changeMode(int dir, const std::string &name, mode_t mode) {
  UniqueFd fd(openat(dir, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  FileStat info;
  if (!fd.valid() || fstat(fd.get(), &info))
    return errno;
  if (S_ISLNK(info.st_mode) || (info.st_mode & 07777) == (mode & 07777))
    return 0;
  std::string handle = "/proc/self/fd/" + std::to_string(fd.get());
  return chmod(handle.c_str(), mode & 07777) ? errno : 0;
}

int changeOwner(int dir, const std::string &name, const FileOwner &owner) {
  return fchownat(dir, name.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW)
             ? errno
             : 0;
}

int changeTimes(int dir, const std::string &name, const FileTimes &times) {
  timespec both[2] = {times.access, times.modification};
  return utimensat(dir, name.c_str(), both, AT_SYMLINK_NOFOLLOW) ? errno : 0;
}

int setXattr(int dir, const std::string &name, const std::string &key,
             const std::string &value) {
  UniqueFd fd(openat(dir, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  FileStat info;
  if (!fd.valid() || fstat(fd.get(), &info))
    return errno;
  if (S_ISLNK(info.st_mode))
    return ENOTSUP;
  std::string handle = "/proc/self/fd/" + std::to_string(fd.get());
  return setxattr(handle.c_str(), key.c_str(), value.data(), value.size(), 0)
             ? errno
             : 0;
}

int copyContent(int in, int dir, const std::string &name, off_t *copied) {
  UniqueFd out(openat(dir, name.c_str(),
                      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                      0600));
  if (!out.valid())
    return errno;
  ReadWatch watch(in);
  bool kernel = true;
  off_t total = 0;
  for (;;) {
    ssize_t n;
    if (kernel) {
      n = copy_file_range(in, nullptr, out.get(), nullptr, size_t(1) << 30, 0);
      if (n < 0 && total == 0) {
        kernel = false;
        continue;
      }
    } else {
      char buffer[65536];
      n = ::read(in, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR)
        continue;
      if (n > 0)
        if (int error = writeAll(out.get(), {buffer, static_cast<size_t>(n)}))
          return error;
    }
    if (n < 0)
      return errno;
    if (n == 0)
      break;
    total += n;
  }
  if (copied)
    *copied = total;
  return watch.check();
}

int settleNewDir(WritableTree &tree, const std::string &path, mode_t mode,
                 const std::optional<FileOwner> &owner) {
  FileStat info;
  if (int error = tree.lstat(path, info))
    return error;
  mode_t inherited = info.st_mode & S_ISGID;
  FileOwner own = owner.value_or(FileOwner{0, inherited ? info.st_gid : 0});
  int error = tree.setOwner(path, own);
  return error ? error : tree.setMode(path, mode | inherited);
}

int makeDirs(WritableTree &tree, const std::string &path, mode_t mode,
             const std::optional<FileOwner> &owner,
             const std::optional<FileTimes> &times,
             std::vector<std::string> *created) {
  // From the top down, without recursion: find the first that is missing.
  std::vector<std::string> missing;
  std::string at = go::cleanPath("/" + path);
  for (; at != "/"; at = parentTreePath(at)) {
    FileStat info;
    int error = tree.stat(at, info);
    if (!error && S_ISDIR(info.st_mode))
      break;
    if (!error)
      return ENOTDIR;
    if (error != ENOENT)
      return error;
    missing.push_back(at);
  }
  for (; !missing.empty(); missing.pop_back()) {
    const std::string &dir = missing.back();
    int error = tree.makeDir(dir, mode & 07777);
    if (error == EEXIST)
      continue;
    if (!error)
      error = settleNewDir(tree, dir, mode, owner);
    if (!error && times)
      error = tree.setTimes(dir, *times);
    if (error)
      return error;
    if (created)
      created->push_back(dir);
  }
  return 0;
}

} // namespace llb::engine
