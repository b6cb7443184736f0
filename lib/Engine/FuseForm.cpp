// SPDX-License-Identifier: Apache-2.0
//
// fuse-overlayfs (1.10) marks an opaque directory by an attribute, by the file
// `.wh..wh..opq` and by the whiteout `.wh..opq`; what is gone by a device 0:0
// or, where it may make none, by `.wh.NAME`; and a file that it copied up by an
// attribute that says from where. It leaves a directory that it copies a file
// up to with the time of that, where the kernel's overlayfs leaves it alone.
//
// So a directory gets back its time if nothing was made or removed in it, as
// far as can be seen: everything in it is below as well, files are copies of
// those, and the time is that of a copy. Who gives a directory another time, or
// touches it a few milliseconds after that, keeps it.
#include "FuseOverlay.h"

#include "FileChange.h"
#include "TarStream.h"

#include "llb/Engine/LayerForm.h"
#include "llb/Engine/UserNamespace.h"
#include "llb/Support/Errors.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/xattr.h>

namespace llb::engine {
namespace {

constexpr std::string_view ownMarks = "user.fuseoverlayfs.";
constexpr const char *originMark = "user.fuseoverlayfs.origin";
constexpr std::string_view opaqueDevice = ".wh..opq";

int64_t nanoseconds(const timespec &time) {
  return int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

class Settling {
public:
  Settling(const DirTree &upper, const std::vector<DirTree> &lower,
           int64_t began)
      : upper(upper), lower(lower), began(began) {}

  /// Returns 0 or an errno; `path` is where.
  int settle(std::string &path);

private:
  struct Dir {
    std::string path;
    FileStat info;
  };

  int settleDir(const Dir &dir);
  int settleEntry(int folder, const Dir &dir, const std::string &name);
  int markOpaque(int folder) const;
  int unmark(const std::string &path, const FileStat &info) const;
  bool findBelow(const std::string &path, FileStat &info) const;
  bool isCopy(const std::string &path, const FileStat &info) const;

  const DirTree &upper;
  /// Topmost first.
  const std::vector<DirTree> &lower;
  int64_t began;
  std::vector<Dir> waiting;
  /// Of the directory at hand: whether all in it was copied up, and when last.
  bool isUntouched = true;
  int64_t lastCopy = 0;
};

/// What a path that is in the upper directory and not opaque shows of below.
bool Settling::findBelow(const std::string &path, FileStat &info) const {
  return std::any_of(lower.begin(), lower.end(), [&](const DirTree &layer) {
    return layer.lstat(path, info) == 0;
  });
}

/// Whether the entry is one of below, maybe with changes.
bool Settling::isCopy(const std::string &path, const FileStat &info) const {
  FileStat below;
  if (!findBelow(path, below) ||
      (below.st_mode & S_IFMT) != (info.st_mode & S_IFMT))
    return false;
  if (S_ISDIR(info.st_mode))
    return !upper.isOpaque(path);
  if (!S_ISREG(info.st_mode))
    return true;
  UniqueFd file;
  if (upper.open(path, file))
    return false;
  std::string origin(path.size() + 1, '\0');
  ssize_t size =
      fgetxattr(file.get(), originMark, origin.data(), origin.size());
  // A path without its slash, and a NUL.
  return size == static_cast<ssize_t>(path.size()) &&
         origin.compare(0, path.size() - 1, path, 1) == 0;
}

int Settling::markOpaque(int folder) const {
  if (!isInUserNamespace() &&
      fsetxattr(folder, "trusted.overlay.opaque", "y", 1, 0) == 0)
    return 0;
  return fsetxattr(folder, "user.overlay.opaque", "y", 1, 0) ? errno : 0;
}

/// Removes what only fuse-overlayfs knows of.
int Settling::unmark(const std::string &path, const FileStat &info) const {
  if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
    return 0;
  UniqueFd file;
  if (int error = S_ISDIR(info.st_mode)
                      ? upper.openAt(path, O_RDONLY | O_NOFOLLOW, 0, file)
                      : upper.open(path, file))
    return error;
  Xattrs xattrs;
  if (int error = upper.xattrs(path, xattrs))
    return error;
  for (const auto &[name, value] : xattrs)
    if (name.starts_with(ownMarks) && fremovexattr(file.get(), name.c_str()))
      return errno;
  return 0;
}

int Settling::settleEntry(int folder, const Dir &dir, const std::string &name) {
  std::string path = joinTreePath(dir.path, name);
  FileStat info;
  if (int error = upper.lstat(path, info))
    return error;
  if (name == opaqueName) {
    isUntouched = false;
    if (int error = markOpaque(folder))
      return error;
    return unlinkat(folder, name.c_str(), 0) ? errno : 0;
  }
  bool isDevice = S_ISCHR(info.st_mode) && info.st_rdev == 0;
  if (name.starts_with(whiteoutPrefix)) {
    isUntouched = false;
    if (unlinkat(folder, name.c_str(), 0))
      return errno;
    return name == opaqueDevice && isDevice
               ? 0
               : makeWhiteout(folder, name.substr(whiteoutPrefix.size()));
  }
  isUntouched = isUntouched && !isDevice && isCopy(path, info);
  lastCopy = std::max(lastCopy, nanoseconds(info.st_ctim));
  if (S_ISDIR(info.st_mode))
    waiting.push_back({path, info});
  return unmark(path, info);
}

int Settling::settleDir(const Dir &dir) {
  // Times are given in ticks of the kernel's clock.
  constexpr int64_t tick = 4'000'000;
  UniqueFd folder;
  if (int error = upper.openAt(dir.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
                               folder))
    return error;
  std::vector<std::string> names;
  if (int error = upper.list(dir.path, names))
    return error;
  isUntouched = !names.empty() && !upper.isOpaque(dir.path);
  lastCopy = 0;
  for (const std::string &name : names)
    if (int error = settleEntry(folder.get(), dir, name))
      return error;
  timespec times[2] = {dir.info.st_atim, dir.info.st_mtim};
  FileStat below;
  int64_t time = nanoseconds(dir.info.st_mtim);
  if (isUntouched && time >= began - tick && time <= lastCopy + tick &&
      findBelow(dir.path, below))
    times[1] = below.st_mtim;
  return futimens(folder.get(), times) ? errno : 0;
}

int Settling::settle(std::string &path) {
  FileStat root;
  if (int error = upper.lstat("/", root))
    return error;
  waiting.push_back({"/", root});
  while (!waiting.empty()) {
    Dir dir = std::move(waiting.back());
    waiting.pop_back();
    path = dir.path;
    if (int error = settleDir(dir))
      return error;
  }
  return 0;
}

} // namespace

llvm::Error FuseOverlay::settle() const {
  DirTree tree = DirTree::openPath(upper);
  if (!tree.valid())
    return errnoError(upper);
  std::vector<DirTree> below;
  for (size_t i = lower.size(); i-- > 0;) {
    below.push_back(DirTree::openPath(lower[i]));
    if (!below.back().valid())
      return errnoError(lower[i]);
  }
  std::string path;
  if (int error = Settling(tree, below, began).settle(path))
    return pathError(error, "looking at", path);
  return llvm::Error::success();
}

} // namespace llb::engine
