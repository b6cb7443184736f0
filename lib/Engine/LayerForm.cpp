// SPDX-License-Identifier: Apache-2.0
//
// Reading and writing what layers say of the files below them.
#include "llb/Engine/LayerForm.h"

#include "TarStream.h"

#include "llb/Support/Errors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace llb::engine {
namespace {

llvm::Error fileError(int error, const std::string &path) {
  errno = error;
  return errnoError(path);
}

bool isDeviceWhiteout(const FileStat &info) {
  return S_ISCHR(info.st_mode) && info.st_rdev == 0;
}

bool isNamedWhiteout(std::string_view name, const FileStat &info) {
  return name.starts_with(whiteoutPrefix) && info.st_mode == S_IFREG &&
         info.st_size == 0 && info.st_mtim.tv_sec == 0 &&
         info.st_mtim.tv_nsec == 0;
}

llvm::Expected<bool> isSameContent(const Tree &tree, const Tree &other,
                                   const std::string &path) {
  UniqueFd a, b;
  if (int error = tree.open(path, a))
    return fileError(error, path);
  if (int error = other.open(path, b))
    return fileError(error, path);
  char left[32768], right[32768];
  for (;;) {
    ssize_t n = ::read(a.get(), left, sizeof left);
    ssize_t m = ::read(b.get(), right, sizeof right);
    if (n < 0 || m < 0)
      return fileError(errno, path);
    if (n != m || std::memcmp(left, right, static_cast<size_t>(n)))
      return false;
    if (n == 0)
      return true;
  }
}

} // namespace

int listLayer(const Tree &layer, const std::string &dir,
              std::vector<LayerEntry> &entries) {
  std::vector<std::string> names;
  if (int error = layer.list(dir, names))
    return error;
  entries.clear();
  bool sorted = true;
  for (std::string &name : names) {
    LayerEntry entry;
    if (int error = layer.lstat(joinTreePath(dir, name), entry.info))
      return error;
    entry.isWhiteout = isDeviceWhiteout(entry.info);
    entry.name = std::move(name);
    if (isNamedWhiteout(entry.name, entry.info)) {
      entry.isWhiteout = true;
      entry.name.erase(0, whiteoutPrefix.size());
      sorted = false;
    }
    entries.push_back(std::move(entry));
  }
  if (!sorted)
    std::sort(entries.begin(), entries.end(),
              [](const LayerEntry &a, const LayerEntry &b) {
                return a.name < b.name;
              });
  return 0;
}

int makeWhiteout(int dir, const std::string &name) {
  if (mknodat(dir, name.c_str(), S_IFCHR, 0) == 0)
    return 0;
  if (errno != EPERM)
    return errno;
  std::string named = std::string(whiteoutPrefix) + name;
  UniqueFd file(openat(dir, named.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       0600));
  timespec never[2] = {};
  if (!file.valid() || fchmod(file.get(), 0) || futimens(file.get(), never))
    return errno;
  return 0;
}

std::string capabilityIn(const Xattrs &xattrs) {
  for (const auto &[name, value] : xattrs)
    if (name == "security.capability")
      return value;
  return {};
}

std::string capabilityOf(const Tree &tree, const std::string &path) {
  Xattrs xattrs;
  tree.xattrs(path, xattrs);
  return capabilityIn(xattrs);
}

llvm::Expected<bool> isSameEntry(const Tree &tree, const FileStat &info,
                                 const Tree &other, const FileStat &otherInfo,
                                 const std::string &path) {
  if (info.st_mode != otherInfo.st_mode || info.st_uid != otherInfo.st_uid ||
      info.st_gid != otherInfo.st_gid || info.st_rdev != otherInfo.st_rdev ||
      capabilityOf(tree, path) != capabilityOf(other, path))
    return false;
  if (S_ISDIR(info.st_mode))
    return true;
  if (info.st_size != otherInfo.st_size ||
      info.st_mtim.tv_sec != otherInfo.st_mtim.tv_sec)
    return false;
  if (info.st_mtim.tv_nsec != 0 || otherInfo.st_mtim.tv_nsec != 0)
    return info.st_mtim.tv_nsec == otherInfo.st_mtim.tv_nsec;
  // Times without fractions come from tars and tell little.
  if (S_ISLNK(info.st_mode)) {
    std::string a, b;
    tree.readLink(path, a);
    other.readLink(path, b);
    return a == b;
  }
  if (!S_ISREG(info.st_mode) || info.st_size == 0)
    return true;
  return isSameContent(tree, other, path);
}

} // namespace llb::engine
