// SPDX-License-Identifier: Apache-2.0
//
// One file, link or device is made anew, in place of what is there; its mode,
// owner, extended attributes and times come after its content.
#include "Copier.h"
#include "FileMode.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>

namespace llb::engine {

llvm::Error Copier::makeNode(const std::string &from, const std::string &to,
                             const FileStat &info) {
  FileStat there;
  UniqueFd dir;
  std::string name;
  if (int error = target.parent(to, dir, name))
    return pathError(error, "open", to);
  if (fstatat(dir.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISDIR(there.st_mode))
      return textError("cannot replace to directory " + to + " with file");
    if (unlinkat(dir.get(), name.c_str(), 0))
      return pathError(errno, "unlink", to);
  }
  if (S_ISLNK(info.st_mode)) {
    std::string text;
    if (int error = source.readLink(from, text))
      return pathError(error, "readlink", from);
    if (symlinkat(text.c_str(), dir.get(), name.c_str()))
      return pathError(errno, "symlink", to);
    return llvm::Error::success();
  }
  if (S_ISREG(info.st_mode)) {
    if (info.st_nlink > 1) {
      auto [link, isNew] = links.try_emplace({info.st_dev, info.st_ino}, to);
      if (!isNew) {
        UniqueFd linkDir;
        std::string linkName;
        int error = target.parent(link->second, linkDir, linkName);
        if (!error &&
            linkat(linkDir.get(), linkName.c_str(), dir.get(), name.c_str(), 0))
          error = errno;
        return error ? pathError(error, "link", to) : llvm::Error::success();
      }
    }
    return copyContent(from, dir.get(), name, info);
  }
  // BuildKit takes the bits of a socket off the mode: a socket becomes a plain
  // file, and a block device a character device.
  mode_t mode = info.st_mode & ~mode_t(S_IFSOCK);
  dev_t device =
      S_ISBLK(info.st_mode) || S_ISCHR(info.st_mode) ? info.st_rdev : 0;
  if (mknodat(dir.get(), name.c_str(), mode, device))
    return pathError(errno, "mknod", to);
  return llvm::Error::success();
}

llvm::Error Copier::copyContent(const std::string &from, int dir,
                                const std::string &name, const FileStat &info) {
  UniqueFd in;
  if (int error = source.open(from, in))
    return pathError(error, "open", from);
  off_t copied = 0;
  if (int error = engine::copyContent(in.get(), dir, name, &copied))
    return pathError(error, "copy", from);
  if (copied != info.st_size)
    return textError(from + ": the file changed while it was copied");
  return llvm::Error::success();
}

llvm::Error Copier::copyInfo(const std::string &from, const std::string &to,
                             const FileStat &info) {
  if (to == "/") {
    // The root of a tree has no name in a parent; its descriptor does for all.
    return llvm::Error::success();
  }
  UniqueFd dir;
  std::string name;
  if (int error = target.parent(to, dir, name))
    return pathError(error, "chown", to);
  int error = changeOwner(dir.get(), name,
                          owner.value_or(FileOwner{info.st_uid, info.st_gid}));
  mode_t mode = info.st_mode & 07777;
  if (!copy.modeStr.empty())
    mode = applySymbolicMode(copy.modeStr, info.st_mode).value_or(mode);
  else if (copy.mode != -1)
    mode = static_cast<mode_t>(copy.mode) & 07777;
  // Setting an owner may have cleared set-id bits. What was just made, or is a
  // directory, is no link that could be followed.
  if (!error && !S_ISLNK(info.st_mode) &&
      fchmodat(dir.get(), name.c_str(), mode, 0))
    error = errno;
  if (error)
    return pathError(error, "chmod", to);
  Xattrs xattrs;
  source.xattrs(from, xattrs);
  for (const auto &[key, value] : xattrs)
    setXattr(dir.get(), name, key, value);
  error = changeTimes(dir.get(), name, timesFor(info));
  return error ? pathError(error, "utime", to) : llvm::Error::success();
}

llvm::Error Copier::copyTimes(const std::string &to, const FileStat &info) {
  if (to == "/")
    return llvm::Error::success();
  UniqueFd dir;
  std::string name;
  int error = target.parent(to, dir, name);
  if (!error)
    error = changeTimes(dir.get(), name, timesFor(info));
  return error ? pathError(error, "utime", to) : llvm::Error::success();
}

} // namespace llb::engine
