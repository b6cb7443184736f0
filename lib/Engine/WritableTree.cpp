// SPDX-License-Identifier: Apache-2.0
//
// Changes to a directory of this machine by paths: each is made in the parent,
// which the kernel has resolved inside the tree.
#include "llb/Engine/WritableTree.h"

#include "FileChange.h"

#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <fcntl.h>

namespace llb::engine {
namespace {

/// Calls `change` with the parent's descriptor and the name in it.
template <class Change>
int change(const DirTree &dir, const std::string &path, Change change) {
  UniqueFd parent;
  std::string name;
  if (int error = dir.parent(path, parent, name))
    return error;
  return change(parent.get(), name);
}

} // namespace

int WritableDir::makeDir(const std::string &path, mode_t mode) {
  return change(dir, path, [&](int parent, const std::string &name) {
    return mkdirat(parent, name.c_str(), mode) ? errno : 0;
  });
}

int WritableDir::makeSymlink(const std::string &path, const std::string &text) {
  return change(dir, path, [&](int parent, const std::string &name) {
    return symlinkat(text.c_str(), parent, name.c_str()) ? errno : 0;
  });
}

int WritableDir::makeDevice(const std::string &path, mode_t mode,
                            dev_t device) {
  return change(dir, path, [&](int parent, const std::string &name) {
    return mknodat(parent, name.c_str(), mode, device) ? errno : 0;
  });
}

int WritableDir::makeLink(const std::string &existing,
                          const std::string &path) {
  return change(dir, path, [&](int parent, const std::string &name) {
    return change(dir, existing, [&](int there, const std::string &old) {
      return linkat(there, old.c_str(), parent, name.c_str(), 0) ? errno : 0;
    });
  });
}

int WritableDir::copyFile(const Tree &source, const std::string &from,
                          const std::string &path, off_t &size) {
  UniqueFd in;
  if (int error = source.open(from, in))
    return error;
  return change(dir, path, [&](int parent, const std::string &name) {
    return copyContent(in.get(), parent, name, &size);
  });
}

int WritableDir::writeFile(const std::string &path, mode_t mode,
                           std::string_view content) {
  return change(dir, path, [&](int parent, const std::string &name) {
    UniqueFd file(openat(parent, name.c_str(),
                         O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
                             O_NONBLOCK | O_CLOEXEC,
                         mode));
    return file.valid() ? writeAll(file.get(), content) : errno;
  });
}

int WritableDir::unlink(const std::string &path) {
  return change(dir, path, [&](int parent, const std::string &name) {
    return unlinkat(parent, name.c_str(), 0) ? errno : 0;
  });
}

int WritableDir::setMode(const std::string &path, mode_t mode) {
  return change(dir, path, [&](int parent, const std::string &name) {
    return changeMode(parent, name, mode);
  });
}

int WritableDir::setOwner(const std::string &path, const FileOwner &owner) {
  return change(dir, path, [&](int parent, const std::string &name) {
    return changeOwner(parent, name, owner);
  });
}

int WritableDir::setTimes(const std::string &path, const FileTimes &times) {
  return change(dir, path, [&](int parent, const std::string &name) {
    return changeTimes(parent, name, times);
  });
}

int WritableDir::setInfo(const std::string &path, const FileInfo &info) {
  return change(dir, path, [&](int parent, const std::string &name) {
    // Setting an owner may clear set-id bits, so the mode is second.
    int error = changeOwner(parent, name, info.owner);
    if (!error)
      error = changeMode(parent, name, info.mode);
    if (error)
      return error;
    for (const auto &[key, value] : info.xattrs)
      setXattr(parent, name, key, value);
    return changeTimes(parent, name, info.times);
  });
}

} // namespace llb::engine
