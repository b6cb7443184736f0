// SPDX-License-Identifier: Apache-2.0
//
// One file, link or device is made anew, in place of what is there; its mode,
// owner, extended attributes and times come after its content.
#include "Copier.h"
#include "FileMode.h"

#include "llb/Engine/ReadWatch.h"

#include <cerrno>

namespace llb::engine {

llvm::Error Copier::makeNode(const std::string &from, const std::string &to,
                             const FileStat &info) {
  FileStat there;
  if (target.lstat(to, there) == 0) {
    if (S_ISDIR(there.st_mode))
      return textError("cannot replace to directory " + to + " with file");
    if (int error = target.unlink(to))
      return pathError(error, "unlink", to);
  }
  if (S_ISLNK(info.st_mode)) {
    std::string text;
    if (int error = source.readLink(from, text))
      return pathError(error, "readlink", from);
    int error = target.makeSymlink(to, text);
    return error ? pathError(error, "symlink", to) : llvm::Error::success();
  }
  if (S_ISREG(info.st_mode)) {
    if (info.st_nlink > 1) {
      auto [link, isNew] = links.try_emplace({info.st_dev, info.st_ino}, to);
      if (!isNew) {
        int error = target.makeLink(link->second, to);
        return error ? pathError(error, "link", to) : llvm::Error::success();
      }
    }
    off_t copied = 0;
    if (int error = target.copyFile(source, from, to, copied))
      return pathError(error, "copy", from);
    return copied == info.st_size ? llvm::Error::success() : changedError(from);
  }
  // BuildKit takes the bits of a socket off the mode: a socket becomes a plain
  // file, and a block device a character device.
  mode_t mode = info.st_mode & ~mode_t(S_IFSOCK);
  dev_t device =
      S_ISBLK(info.st_mode) || S_ISCHR(info.st_mode) ? info.st_rdev : 0;
  int error = target.makeDevice(to, mode, device);
  return error ? pathError(error, "mknod", to) : llvm::Error::success();
}

llvm::Error Copier::copyInfo(const std::string &from, const std::string &to,
                             const FileStat &info) {
  // The root of a tree has no name in a parent; its descriptor does for all.
  if (to == "/")
    return llvm::Error::success();
  FileInfo wanted;
  wanted.owner = owner.value_or(FileOwner{info.st_uid, info.st_gid});
  wanted.mode = info.st_mode & 07777;
  if (!copy.modeStr.empty())
    wanted.mode =
        applySymbolicMode(copy.modeStr, info.st_mode).value_or(wanted.mode);
  else if (copy.mode != -1)
    wanted.mode = static_cast<mode_t>(copy.mode) & 07777;
  wanted.times = timesFor(info);
  if (!S_ISREG(info.st_mode) || !source.hasOnlyCapabilities() ||
      !target.findsCapabilities())
    source.xattrs(from, wanted.xattrs);
  int error = target.setInfo(to, wanted);
  return error ? pathError(error, "chmod", to) : llvm::Error::success();
}

} // namespace llb::engine
