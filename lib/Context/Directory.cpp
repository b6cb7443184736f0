// SPDX-License-Identifier: Apache-2.0
//
// Over openat and O_NOFOLLOW. openat2, which takes a call instead of two or
// more a component, is missing in older kernels and in some sandboxes, so it is
// tried where there are many files, and where it fails the components say why.
#include "llb/Context/Directory.h"
#include "DirectoryEntry.h"
#include "llb/Support/Nanoseconds.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <llvm/ADT/Twine.h>
#include <sys/syscall.h>

namespace llb::context {

bool isAbsent(int error) {
  // A link where a directory was is reported as ELOOP or ENOTDIR.
  return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

llvm::Error fileError(std::string_view path, int error) {
  return llvm::createFileError(llvm::Twine(llvm::StringRef(path)),
                               std::error_code(error, std::generic_category()));
}

int openDirectory(int fd, const std::string &name, UniqueFd &result) {
  result = UniqueFd(openat(fd, name.c_str(),
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  return result.valid() ? 0 : errno;
}

int readNames(int fd, std::vector<Name> &names) {
  // What the kernel calls linux_dirent64; glibc declares the same.
  alignas(dirent64) std::array<char, 32 << 10> buffer;
  names.clear();
  for (;;) {
    long size = syscall(SYS_getdents64, fd, buffer.data(), buffer.size());
    if (size < 0)
      return errno;
    if (size == 0)
      break;
    for (long at = 0; at < size;) {
      const auto *entry = reinterpret_cast<dirent64 *>(buffer.data() + at);
      at += entry->d_reclen;
      std::string_view name = entry->d_name;
      if (name != "." && name != "..")
        names.push_back({std::string(name), entry->d_type});
    }
  }
  std::sort(names.begin(), names.end(),
            [](const Name &a, const Name &b) { return a.text < b.text; });
  return 0;
}

static int readTarget(int fd, const std::string &name, FileInfo &info) {
  std::string target(std::min<size_t>(info.size, PATH_MAX) + 1, '\0');
  for (;;) {
    ssize_t size = readlinkat(fd, name.c_str(), target.data(), target.size());
    if (size < 0)
      return errno;
    if (static_cast<size_t>(size) < target.size()) {
      target.resize(static_cast<size_t>(size));
      info.target = std::move(target);
      return 0;
    }
    // It grew since.
    target.resize(target.size() * 2);
  }
}

int readInfo(int fd, const std::string &name, FileInfo &info) {
  struct stat status;
  if (fstatat(fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno;
  setStatus(status, info);
  return info.isSymlink() ? readTarget(fd, name, info) : 0;
}

void setStatus(const struct stat &status, FileInfo &info) {
  info.mode = status.st_mode;
  info.uid = status.st_uid;
  info.gid = status.st_gid;
  info.size = static_cast<uint64_t>(status.st_size);
  info.mtime = nanosecondsOf(status.st_mtim);
  info.ctime = nanosecondsOf(status.st_ctim);
  info.rdev = status.st_rdev;
  info.device = status.st_dev;
  info.inode = status.st_ino;
  info.links = status.st_nlink;
}

llvm::Expected<Directory> Directory::open(const std::string &path) {
  Directory directory;
  directory.path = path;
  directory.fd =
      UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.fd.valid())
    return fileError(path, errno);
  return directory;
}

llvm::Expected<UniqueFd> Directory::openParent(std::string_view path,
                                               std::string &name) const {
  UniqueFd current(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!current.valid())
    return fileError(path, errno);
  std::string_view rest = path;
  for (;;) {
    size_t slash = rest.find('/');
    name = rest.substr(0, slash);
    if (name.empty() || name == "..")
      return UniqueFd();
    if (slash == std::string_view::npos)
      return current;
    rest.remove_prefix(slash + 1);
    UniqueFd next;
    if (int error = openDirectory(current.get(), name, next)) {
      if (isAbsent(error))
        return UniqueFd();
      return fileError(path, error);
    }
    current = std::move(next);
  }
}

llvm::Expected<std::optional<FileInfo>>
Directory::stat(std::string_view path) const {
  std::string name;
  auto parent = openParent(path, name);
  if (!parent)
    return parent.takeError();
  if (!parent->valid())
    return std::nullopt;
  FileInfo info;
  info.path = path;
  if (int error = readInfo(parent->get(), name, info)) {
    if (isAbsent(error))
      return std::nullopt;
    return fileError(path, error);
  }
  return info;
}

llvm::Expected<std::optional<std::vector<std::string>>>
Directory::list(std::string_view path) const {
  std::string name;
  auto parent = openParent(path, name);
  if (!parent)
    return parent.takeError();
  if (!parent->valid())
    return std::nullopt;
  UniqueFd directory;
  int error = openDirectory(parent->get(), name, directory);
  std::vector<Name> names;
  if (!error)
    error = readNames(directory.get(), names);
  if (error) {
    if (isAbsent(error))
      return std::nullopt;
    return fileError(path, error);
  }
  std::vector<std::string> result;
  result.reserve(names.size());
  for (Name &entry : names)
    result.push_back(std::move(entry.text));
  return result;
}

llvm::Expected<UniqueFd> Directory::openFile(std::string_view path) const {
  // A pipe must not block.
  constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  open_how how{};
  how.flags = flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  UniqueFd file(static_cast<int>(syscall(
      SYS_openat2, fd.get(), std::string(path).c_str(), &how, sizeof how)));
  if (!file.valid()) {
    std::string name;
    auto parent = openParent(path, name);
    if (!parent)
      return parent.takeError();
    if (!parent->valid())
      return fileError(path, ENOENT);
    file = UniqueFd(openat(parent->get(), name.c_str(), flags));
    if (!file.valid())
      return fileError(path, errno);
  }
  struct stat status;
  if (fstat(file.get(), &status) != 0)
    return fileError(path, errno);
  if (!S_ISREG(status.st_mode))
    return fileError(path, EINVAL);
  return file;
}

} // namespace llb::context
