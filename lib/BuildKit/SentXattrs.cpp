// SPDX-License-Identifier: Apache-2.0
//
// A file is named through the descriptor of its directory, so that it need not
// be opened: it may be a pipe, a link, or not for us to read.
#include "SentXattrs.h"

#include "llb/Support/GoPath.h"

#include <fcntl.h>
#include <linux/limits.h>
#include <sys/xattr.h>

namespace llb::buildkit {

SentXattrs::SentXattrs(const context::Directory &directory)
    : tree(UniqueFd(fcntl(directory.getFd(), F_DUPFD_CLOEXEC, 0))) {}

void SentXattrs::addTo(moby::filesync::v1::Stat &stat) {
  const std::string &path = stat.path();
  std::string parent = path.find('/') == std::string::npos
                           ? std::string()
                           : engine::parentTreePath(path);
  if (!open.valid() || parent != folder) {
    open.reset();
    if (tree.openAt(parent, O_PATH | O_DIRECTORY, 0, open))
      return;
    folder = parent;
  }
  std::string file =
      "/proc/self/fd/" + std::to_string(open.get()) + "/" + go::basePath(path);
  char names[4096];
  ssize_t size = llistxattr(file.c_str(), names, sizeof names);
  std::string many;
  if (size < 0 && errno == ERANGE) {
    many.resize(XATTR_LIST_MAX);
    size = llistxattr(file.c_str(), many.data(), many.size());
  }
  const char *list = many.empty() ? names : many.data();
  for (ssize_t at = 0; at < size;) {
    std::string name = list + at;
    at += static_cast<ssize_t>(name.size()) + 1;
    if (name.starts_with("com.apple."))
      continue;
    std::string value(XATTR_SIZE_MAX, '\0');
    ssize_t length =
        lgetxattr(file.c_str(), name.c_str(), value.data(), value.size());
    if (length < 0)
      continue;
    value.resize(static_cast<size_t>(length));
    (*stat.mutable_xattrs())[name] = std::move(value);
  }
}

} // namespace llb::buildkit
