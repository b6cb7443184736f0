// SPDX-License-Identifier: Apache-2.0
//
// A file is named through its directory, so that it need not be opened: it may
// be a pipe, a link, or not for us to read. Since Linux 6.13 there is a call
// for that; before, and where a sandbox knows no such call, it goes over /proc,
// which takes several times as long.
#include "DirectoryEntry.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <linux/limits.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace llb::context {
namespace {

/// The same on all machines; older headers lack it.
constexpr long listxattrat = 465;

std::string throughProc(int fd, const std::string &name) {
  return "/proc/self/fd/" + std::to_string(fd) + "/" + name;
}

ssize_t listNames(int fd, const std::string &name, char *names, size_t size) {
  static std::atomic<bool> isMissing = false;
  if (!isMissing.load(std::memory_order_relaxed)) {
    long length = syscall(listxattrat, fd, name.c_str(), AT_SYMLINK_NOFOLLOW,
                          names, size);
    if (length >= 0 || (errno != ENOSYS && errno != EPERM))
      return length;
    isMissing = true;
  }
  return llistxattr(throughProc(fd, name).c_str(), names, size);
}

} // namespace

void readXattrs(int fd, const std::string &name, Xattrs &xattrs) {
  char few[1024];
  std::string many;
  const char *list = few;
  ssize_t size = listNames(fd, name, few, sizeof few);
  if (size < 0 && errno == ERANGE) {
    many.resize(XATTR_LIST_MAX);
    list = many.data();
    size = listNames(fd, name, many.data(), many.size());
  }
  if (size <= 0)
    return;
  std::string file = throughProc(fd, name);
  for (ssize_t at = 0; at < size;) {
    std::string attribute = list + at;
    at += static_cast<ssize_t>(attribute.size()) + 1;
    std::string value(XATTR_SIZE_MAX, '\0');
    ssize_t length =
        lgetxattr(file.c_str(), attribute.c_str(), value.data(), value.size());
    if (length < 0)
      continue;
    value.resize(static_cast<size_t>(length));
    value.shrink_to_fit();
    xattrs.emplace_back(std::move(attribute), std::move(value));
  }
}

} // namespace llb::context
