// SPDX-License-Identifier: Apache-2.0
//
// Links are resolved in two ways that agree: by the kernel, inside the root,
// whenever something is opened; and by `resolve`, which also gives names to
// what does not exist yet, as BuildKit's RootPath does.
#include "llb/Engine/Tree.h"

#include "llb/Support/GoPath.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

namespace llb::engine {
namespace {

constexpr int maxLinks = 255;

/// The part of a tree path that the kernel is given, relative to the root.
const char *relative(const std::string &path) {
  size_t start = path.find_first_not_of('/');
  return start == std::string::npos ? "." : path.c_str() + start;
}

std::string procPath(const UniqueFd &fd) {
  return "/proc/self/fd/" + std::to_string(fd.get());
}

} // namespace

Tree::~Tree() = default;

bool Tree::isOpaque(const std::string &) const { return false; }

std::string joinTreePath(const std::string &dir, const std::string &name) {
  return dir == "/" ? dir + name : dir + "/" + name;
}

std::string parentTreePath(const std::string &path) {
  size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

int Tree::resolve(const std::string &path, bool followLast,
                  std::string &resolved) const {
  // What is still to be walked, components in reverse.
  std::vector<std::string> rest;
  auto push = [&rest](std::string_view text) {
    size_t at = rest.size();
    while (!text.empty()) {
      size_t slash = std::min(text.find('/'), text.size());
      if (slash)
        rest.emplace_back(text.substr(0, slash));
      text.remove_prefix(std::min(slash + 1, text.size()));
    }
    std::reverse(rest.begin() + static_cast<std::ptrdiff_t>(at), rest.end());
  };
  push(path);
  resolved = "/";
  bool exists = true;
  int links = 0;
  while (!rest.empty()) {
    std::string name = std::move(rest.back());
    rest.pop_back();
    if (name == ".")
      continue;
    if (name == "..") {
      resolved = parentTreePath(resolved);
      exists = true;
      continue;
    }
    std::string next = joinTreePath(resolved, name);
    // The kernel takes no such path, and each component would cost as much as
    // all in front of it.
    if (next.size() >= PATH_MAX)
      return ENAMETOOLONG;
    FileStat info;
    if (exists && lstat(next, info) == 0) {
      if (S_ISLNK(info.st_mode) && (followLast || !rest.empty())) {
        if (++links > maxLinks)
          return ELOOP;
        std::string target;
        if (int error = readLink(next, target))
          return error;
        if (target.starts_with('/'))
          resolved = "/";
        push(target);
        continue;
      }
    } else {
      exists = false;
    }
    resolved = std::move(next);
  }
  return 0;
}

int Tree::openWithXattrs(const std::string &path, UniqueFd &fd,
                         Xattrs &result) const {
  int error = open(path, fd);
  return error ? error : xattrs(path, result);
}

int Tree::stat(const std::string &path, FileStat &result) const {
  std::string resolved;
  if (int error = resolve(path, /*followLast=*/true, resolved))
    return error;
  return lstat(resolved, result);
}

DirTree DirTree::openPath(const std::string &path) {
  return DirTree(
      UniqueFd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)));
}

int DirTree::openAt(const std::string &path, int flags, unsigned mode,
                    UniqueFd &fd) const {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.mode = (flags & O_CREAT) ? mode : 0;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  long result;
  do {
    result = syscall(SYS_openat2, root.get(), relative(path), &how, sizeof how);
  } while (result < 0 && (errno == EINTR || errno == EAGAIN));
  if (result < 0)
    return errno;
  fd = UniqueFd(static_cast<int>(result));
  return 0;
}

int DirTree::lstat(const std::string &path, FileStat &result) const {
  UniqueFd fd;
  if (int error = openAt(path, O_PATH | O_NOFOLLOW, 0, fd))
    return error;
  return fstat(fd.get(), &result) ? errno : 0;
}

int DirTree::readLink(const std::string &path, std::string &target) const {
  UniqueFd fd;
  if (int error = openAt(path, O_PATH | O_NOFOLLOW, 0, fd))
    return error;
  char buffer[4096];
  ssize_t n = readlinkat(fd.get(), "", buffer, sizeof buffer);
  if (n < 0)
    return errno == ENOENT ? EINVAL : errno;
  target.assign(buffer, static_cast<size_t>(n));
  return 0;
}

int DirTree::list(const std::string &path,
                  std::vector<std::string> &names) const {
  UniqueFd fd;
  if (int error = openAt(path, O_RDONLY | O_DIRECTORY, 0, fd))
    return error;
  DIR *dir = fdopendir(fd.get());
  if (!dir)
    return errno;
  fd.release();
  names.clear();
  errno = 0;
  while (dirent *entry = readdir(dir)) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..")
      names.emplace_back(name);
  }
  int error = errno;
  closedir(dir);
  std::sort(names.begin(), names.end());
  return error;
}

int DirTree::open(const std::string &path, UniqueFd &fd) const {
  // Never block on a fifo or wake a device: look first, without opening.
  UniqueFd handle;
  if (int error = openAt(path, O_PATH | O_NOFOLLOW, 0, handle))
    return error;
  FileStat info;
  if (fstat(handle.get(), &info))
    return errno;
  if (!S_ISREG(info.st_mode))
    return EINVAL;
  fd = UniqueFd(::open(procPath(handle).c_str(), O_RDONLY | O_CLOEXEC));
  return fd.valid() ? 0 : errno;
}

int DirTree::xattrs(const std::string &path, Xattrs &result) const {
  result.clear();
  UniqueFd fd;
  if (int error = openAt(path, O_PATH | O_NOFOLLOW, 0, fd))
    return error;
  FileStat info;
  // The calls below would follow a link out of the tree.
  if (fstat(fd.get(), &info) || S_ISLNK(info.st_mode))
    return 0;
  std::string handle = procPath(fd);
  ssize_t size = listxattr(handle.c_str(), nullptr, 0);
  if (size <= 0)
    return 0;
  std::string names(static_cast<size_t>(size), '\0');
  size = listxattr(handle.c_str(), names.data(), names.size());
  if (size < 0)
    return errno;
  names.resize(static_cast<size_t>(size));
  for (size_t at = 0; at < names.size();) {
    std::string name = names.c_str() + at;
    at += name.size() + 1;
    // Marks of a layer that is looked at directly, not part of its content.
    if (name.starts_with("trusted.overlay.") ||
        name.starts_with("user.overlay."))
      continue;
    ssize_t length = getxattr(handle.c_str(), name.c_str(), nullptr, 0);
    if (length < 0)
      continue;
    std::string value(static_cast<size_t>(length), '\0');
    length = getxattr(handle.c_str(), name.c_str(), value.data(), value.size());
    if (length < 0)
      continue;
    value.resize(static_cast<size_t>(length));
    result.emplace_back(std::move(name), std::move(value));
  }
  std::sort(result.begin(), result.end());
  return 0;
}

bool DirTree::isOpaque(const std::string &path) const {
  UniqueFd fd;
  if (openAt(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, fd))
    return false;
  for (const char *name : {"trusted.overlay.opaque", "user.overlay.opaque"}) {
    char value = 0;
    if (fgetxattr(fd.get(), name, &value, 1) == 1 && value == 'y')
      return true;
  }
  return false;
}

int DirTree::parent(const std::string &path, UniqueFd &dir,
                    std::string &name) const {
  std::string clean = go::cleanPath("/" + path);
  if (clean == "/")
    return EINVAL;
  name = go::basePath(clean);
  return openAt(parentTreePath(clean), O_PATH | O_DIRECTORY, 0, dir);
}

namespace {

/// Empties the directory behind `fd` without leaving its file system's links.
int removeContent(int fd, int depth) {
  constexpr int maxDepth = 4096;
  if (depth > maxDepth)
    return ENAMETOOLONG;
  DIR *dir = fdopendir(fd);
  if (!dir) {
    int error = errno;
    ::close(fd);
    return error;
  }
  int result = 0;
  while (dirent *entry = readdir(dir)) {
    std::string_view name = entry->d_name;
    if (name == "." || name == "..")
      continue;
    if (unlinkat(dirfd(dir), entry->d_name, 0) == 0)
      continue;
    if (errno != EISDIR && errno != EPERM) {
      result = errno;
      continue;
    }
    int inner = openat(dirfd(dir), entry->d_name,
                       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int error = inner < 0 ? errno : removeContent(inner, depth + 1);
    if (!error && unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR))
      error = errno;
    if (error)
      result = error;
  }
  closedir(dir);
  return result;
}

} // namespace

int DirTree::removeAll(const std::string &path) const {
  UniqueFd dir;
  std::string name;
  if (int error = parent(path, dir, name))
    return error == ENOENT || error == ENOTDIR ? 0 : error;
  if (unlinkat(dir.get(), name.c_str(), 0) == 0 || errno == ENOENT ||
      errno == ENOTDIR)
    return 0;
  if (errno != EISDIR && errno != EPERM)
    return errno;
  int inner = openat(dir.get(), name.c_str(),
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (inner < 0)
    return errno;
  if (int error = removeContent(inner, 0))
    return error;
  return unlinkat(dir.get(), name.c_str(), AT_REMOVEDIR) ? errno : 0;
}

} // namespace llb::engine
