// SPDX-License-Identifier: Apache-2.0
//
// A directory gets its permissions and times when the last entry is in it:
// later ones would change its time, and might not be let in. Paths come in
// order, so what is to be remembered is as deep as the tree and no more.
#include "ReceivedTree.h"
#include "GoMode.h"

#include "llb/Support/GoPath.h"
#include "llb/Support/GoText.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

namespace llb::buildkit {
namespace {

/// More than a path, a link and the attributes of any file take.
constexpr size_t largestStat = 192 << 10;
constexpr size_t longestPath = 4095;
constexpr int64_t second = 1'000'000'000;

std::string failed(const std::string &path) {
  return "cannot write " + go::quote(path) + ": " + std::strerror(errno);
}

std::string refused(const char *what, const std::string &path) {
  return "the daemon sent " + std::string(what) + " " + go::quote(path);
}

/// Whether it stays below where it begins, and is the only way to say so.
bool isInside(const std::string &path) {
  return !path.empty() && path.size() <= longestPath && path != "." &&
         path != ".." && !path.starts_with('/') && !path.starts_with("../") &&
         path.find('\0') == std::string::npos && go::cleanPath(path) == path;
}

timespec timeOf(const filesync::Stat &stat) {
  int64_t seconds = stat.mod_time() / second;
  int64_t rest = stat.mod_time() % second;
  if (rest < 0) {
    rest += second;
    --seconds;
  }
  return {seconds, rest};
}

/// A change of the owner takes some attributes away, so they come after it; a
/// change of permissions may forbid to set them, so they come before. Those
/// that the file system does not take are left out, as by BuildKit's client.
int finishOpen(const filesync::Stat &stat, int fd) {
  uint32_t mode = fromGoMode(stat.mode()).value_or(0) & 07777;
  if (fchown(fd, getuid(), getgid()))
    return -1;
  for (const auto &[name, value] : stat.xattrs())
    fsetxattr(fd, name.c_str(), value.data(), value.size(), 0);
  const timespec times[2] = {timeOf(stat), timeOf(stat)};
  return fchmod(fd, mode) || futimens(fd, times) ? -1 : 0;
}

} // namespace

std::string ReceivedTree::place(const std::string &path, std::string &name) {
  if (!isInside(path))
    return refused("a file that is not inside:", path.substr(0, longestPath));
  std::string directory = path.find('/') == std::string::npos
                              ? std::string()
                              : engine::parentTreePath(path);
  name = go::basePath(path);
  size_t depth = levels.size();
  while (depth > 0 && levels[depth - 1].stat.path() != directory)
    --depth;
  if (!depth || levels[depth - 1].last >= name)
    return refused("a file out of order:", path);
  if (std::string error = leaveTo(depth); !error.empty())
    return error;
  levels.back().last = name;
  if (parent.valid())
    return "";
  if (int error = root.openAt(directory, O_RDONLY | O_DIRECTORY, 0, parent)) {
    errno = error;
    return failed(path);
  }
  return "";
}

std::string ReceivedTree::leaveTo(size_t depth) {
  for (; levels.size() > depth; levels.pop_back()) {
    const filesync::Stat &stat = levels.back().stat;
    if (!parent.valid()) {
      if (int error = root.openAt(
              stat.path(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, parent)) {
        errno = error;
        return failed(stat.path());
      }
    }
    if (finishOpen(stat, parent.get()))
      return failed(stat.path());
    parent.reset();
  }
  return "";
}

std::string ReceivedTree::makeDirectory(const filesync::Stat &stat,
                                        const std::string &name) {
  // It may be there from another platform.
  if (mkdirat(parent.get(), name.c_str(), 0700) && errno != EEXIST)
    return failed(stat.path());
  parent = UniqueFd(openat(parent.get(), name.c_str(),
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!parent.valid())
    return failed(stat.path());
  levels.push_back({stat, ""});
  return "";
}

std::string ReceivedTree::makeLink(const filesync::Stat &stat,
                                   const std::string &name) {
  UniqueFd directory;
  std::string target;
  engine::FileStat info;
  if (!isInside(stat.linkname()) ||
      root.parent(stat.linkname(), directory, target) ||
      fstatat(directory.get(), target.c_str(), &info, AT_SYMLINK_NOFOLLOW) ||
      !S_ISREG(info.st_mode))
    return refused("a link to a file that it had not sent:",
                   stat.linkname().substr(0, longestPath));
  return linkat(directory.get(), target.c_str(), parent.get(), name.c_str(), 0)
             ? failed(stat.path())
             : "";
}

std::string ReceivedTree::finishSpecial(const filesync::Stat &stat,
                                        const std::string &name,
                                        uint32_t mode) {
  const timespec times[2] = {timeOf(stat), timeOf(stat)};
  if (fchownat(parent.get(), name.c_str(), getuid(), getgid(),
               AT_SYMLINK_NOFOLLOW) ||
      (!S_ISLNK(mode) &&
       fchmodat(parent.get(), name.c_str(), mode & 07777, 0)) ||
      utimensat(parent.get(), name.c_str(), times, AT_SYMLINK_NOFOLLOW))
    return failed(stat.path());
  return "";
}

std::string ReceivedTree::add(const filesync::Stat &stat, UniqueFd &file) {
  const std::string &path = stat.path();
  auto mode = fromGoMode(stat.mode());
  if (!mode)
    return refused("a file of no known type:", path.substr(0, longestPath));
  if (stat.ByteSizeLong() > largestStat || stat.size() < 0 ||
      stat.linkname().find('\0') != std::string::npos)
    return refused("what no file can have for", path.substr(0, longestPath));
  std::string name;
  if (std::string error = place(path, name); !error.empty())
    return error;
  if (S_ISDIR(*mode))
    return makeDirectory(stat, name);
  if (S_ISLNK(*mode)) {
    if (symlinkat(stat.linkname().c_str(), parent.get(), name.c_str()))
      return failed(path);
    return finishSpecial(stat, name, *mode);
  }
  if (!S_ISREG(*mode)) {
    dev_t device = makedev(static_cast<unsigned>(stat.devmajor()),
                           static_cast<unsigned>(stat.devminor()));
    if (mknodat(parent.get(), name.c_str(), *mode, device))
      return failed(path);
    return finishSpecial(stat, name, *mode);
  }
  if (!stat.linkname().empty())
    return makeLink(stat, name);
  file = UniqueFd(openat(parent.get(), name.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                         0600));
  return file.valid() ? "" : failed(path);
}

std::string ReceivedTree::openFile(const filesync::Stat &stat, UniqueFd &file) {
  if (int error = root.openAt(stat.path(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK,
                              0, file)) {
    errno = error;
    return failed(stat.path());
  }
  return "";
}

std::string ReceivedTree::finishFile(const filesync::Stat &stat,
                                     const UniqueFd &file) {
  return finishOpen(stat, file.get()) ? failed(stat.path()) : "";
}

} // namespace llb::buildkit
