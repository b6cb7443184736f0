// SPDX-License-Identifier: Apache-2.0
//
// A directory gets its times when nothing more is put into it. Whatever a layer
// changes, it has the directories above it with their metadata, so each layer
// sets the times of all directories that it touched.
#include "LayerCopy.h"

#include "FileChange.h"

#include "llb/Engine/LayerForm.h"
#include "llb/Support/Errors.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <set>

namespace llb::engine {
namespace {

/// Copies single entries from one tree to the same path in another.
class EntryCopier {
public:
  EntryCopier(const Tree &source, const DirTree &target)
      : source(source), target(target) {}

  /// Makes the directory, or gives the one that exists its metadata.
  llvm::Error makeDir(const std::string &path, const FileStat &info);
  /// Copies anything else to a path where nothing is.
  llvm::Error copyFile(const std::string &path, const FileStat &info);
  llvm::Error finish();

private:
  int makeNode(const std::string &path, const FileStat &info, int dir,
               const std::string &name, bool &isLink);
  int giveInfo(const std::string &path, const FileStat &info, int dir,
               const std::string &name) const;

  const Tree &source;
  const DirTree &target;
  std::map<std::pair<dev_t, ino_t>, std::string> links;
  std::vector<std::pair<std::string, FileTimes>> dirTimes;
};

int EntryCopier::giveInfo(const std::string &path, const FileStat &info,
                          int dir, const std::string &name) const {
  int error = changeOwner(dir, name, {info.st_uid, info.st_gid});
  if (!error)
    error = changeMode(dir, name, info.st_mode & 07777);
  Xattrs xattrs;
  if (!error)
    error = source.xattrs(path, xattrs);
  for (const auto &[key, value] : xattrs)
    if (!error)
      error = setXattr(dir, name, key, value);
  return error;
}

llvm::Error EntryCopier::makeDir(const std::string &path,
                                 const FileStat &info) {
  FileTimes times{info.st_atim, info.st_mtim};
  if (path == "/") {
    // The root of a tree has no name; its descriptor does for all.
    std::string handle = "/proc/self/fd/" + std::to_string(target.rootFd());
    if (chown(handle.c_str(), info.st_uid, info.st_gid) ||
        chmod(handle.c_str(), info.st_mode & 07777))
      return errnoError("copying /");
    dirTimes.emplace_back(path, times);
    return llvm::Error::success();
  }
  UniqueFd dir;
  std::string name;
  int error = target.parent(path, dir, name);
  if (!error && mkdirat(dir.get(), name.c_str(), 0700) && errno != EEXIST)
    error = errno;
  if (!error)
    error = giveInfo(path, info, dir.get(), name);
  if (error)
    return pathError(error, "copying", path);
  dirTimes.emplace_back(path, times);
  return llvm::Error::success();
}

int EntryCopier::makeNode(const std::string &path, const FileStat &info,
                          int dir, const std::string &name, bool &isLink) {
  if (info.st_nlink > 1) {
    auto [first, isNew] = links.try_emplace({info.st_dev, info.st_ino}, path);
    if (!isNew) {
      isLink = true;
      UniqueFd other;
      std::string otherName;
      int error = target.parent(first->second, other, otherName);
      if (!error &&
          linkat(other.get(), otherName.c_str(), dir, name.c_str(), 0))
        error = errno;
      return error;
    }
  }
  if (S_ISLNK(info.st_mode)) {
    std::string text;
    if (int error = source.readLink(path, text))
      return error;
    return symlinkat(text.c_str(), dir, name.c_str()) ? errno : 0;
  }
  if (S_ISREG(info.st_mode)) {
    UniqueFd in;
    if (int error = source.open(path, in))
      return error;
    return copyContent(in.get(), dir, name);
  }
  return mknodat(dir, name.c_str(), info.st_mode, info.st_rdev) ? errno : 0;
}

llvm::Error EntryCopier::copyFile(const std::string &path,
                                  const FileStat &info) {
  UniqueFd dir;
  std::string name;
  bool isLink = false;
  int error = target.parent(path, dir, name);
  if (!error)
    error = makeNode(path, info, dir.get(), name, isLink);
  if (!error && !isLink)
    error = giveInfo(path, info, dir.get(), name);
  if (!error && !isLink)
    error = changeTimes(dir.get(), name, {info.st_atim, info.st_mtim});
  return error ? pathError(error, "copying", path) : llvm::Error::success();
}

llvm::Error EntryCopier::finish() {
  for (const auto &[path, times] : dirTimes) {
    timespec both[2] = {times.access, times.modification};
    UniqueFd fd;
    int error = target.openAt(path, O_RDONLY | O_DIRECTORY, 0, fd);
    if (!error && futimens(fd.get(), both))
      error = errno;
    if (error)
      return pathError(error, "copying", path);
  }
  return llvm::Error::success();
}

llvm::Error copyLayer(const std::string &folder, const DirTree &target) {
  DirTree layer = DirTree::openPath(folder);
  FileStat info;
  if (!layer.valid() || fstat(layer.rootFd(), &info))
    return errnoError(folder);
  EntryCopier copier(layer, target);
  if (llvm::Error error = copier.makeDir("/", info))
    return error;
  std::vector<std::string> waiting{"/"};
  std::vector<LayerEntry> entries;
  while (!waiting.empty()) {
    std::string dir = std::move(waiting.back());
    waiting.pop_back();
    if (int error = listLayer(layer, dir, entries))
      return pathError(error, "copying", dir);
    for (const LayerEntry &entry : entries) {
      std::string path = joinTreePath(dir, entry.name);
      FileStat there;
      bool isDir = !entry.isWhiteout && S_ISDIR(entry.info.st_mode);
      bool merges = isDir && target.lstat(path, there) == 0 &&
                    S_ISDIR(there.st_mode) && !layer.isOpaque(path);
      if (!merges)
        if (int error = target.removeAll(path))
          return pathError(error, "removing", path);
      if (entry.isWhiteout)
        continue;
      if (llvm::Error error = isDir ? copier.makeDir(path, entry.info)
                                    : copier.copyFile(path, entry.info))
        return error;
      if (isDir)
        waiting.push_back(std::move(path));
    }
  }
  return copier.finish();
}

/// Walks two trees side by side.
class ChangeCopier {
public:
  ChangeCopier(const Tree &lower, const Tree &upper, const DirTree &target)
      : lower(lower), upper(upper), target(target), copier(upper, target) {}

  llvm::Error run();

private:
  struct Folder {
    std::string path;
    /// It is a directory in `lower`, too.
    bool isInBoth;
  };
  llvm::Error visit(const Folder &folder, const std::string &name);
  llvm::Error makeParents(const std::string &path);
  llvm::Error makeDir(const std::string &path, const FileStat &info) {
    made.insert(path);
    return copier.makeDir(path, info);
  }

  const Tree &lower;
  const Tree &upper;
  const DirTree &target;
  EntryCopier copier;
  std::set<std::string> made;
  std::vector<Folder> waiting;
};

llvm::Error ChangeCopier::makeParents(const std::string &path) {
  std::string parent = parentTreePath(path);
  if (made.contains(parent))
    return llvm::Error::success();
  if (llvm::Error error = makeParents(parent))
    return error;
  FileStat info;
  if (int error = upper.lstat(parent, info))
    return pathError(error, "comparing", parent);
  return makeDir(parent, info);
}

llvm::Error ChangeCopier::visit(const Folder &folder, const std::string &name) {
  std::string path = joinTreePath(folder.path, name);
  FileStat info, under;
  int gone = upper.lstat(path, info);
  bool isNew = !folder.isInBoth || lower.lstat(path, under);
  if (gone) {
    if (llvm::Error error = makeParents(path))
      return error;
    UniqueFd dir;
    std::string last;
    int error = target.parent(path, dir, last);
    if (!error)
      error = makeWhiteout(dir.get(), last);
    return error ? pathError(error, "comparing", path) : llvm::Error::success();
  }
  bool same = false;
  if (!isNew) {
    auto answer = isSameEntry(upper, info, lower, under, path);
    if (!answer)
      return answer.takeError();
    same = *answer;
  }
  bool isDir = S_ISDIR(info.st_mode);
  if (!same) {
    if (llvm::Error error = makeParents(path))
      return error;
    if (llvm::Error error =
            isDir ? makeDir(path, info) : copier.copyFile(path, info))
      return error;
  }
  if (isDir)
    waiting.push_back({path, !isNew && S_ISDIR(under.st_mode)});
  return llvm::Error::success();
}

llvm::Error ChangeCopier::run() {
  FileStat info;
  if (int error = upper.lstat("/", info))
    return pathError(error, "comparing", "/");
  if (llvm::Error error = makeDir("/", info))
    return error;
  waiting.push_back({"/", true});
  while (!waiting.empty()) {
    Folder folder = std::move(waiting.back());
    waiting.pop_back();
    std::vector<std::string> names, under;
    if (int error = upper.list(folder.path, names))
      return pathError(error, "comparing", folder.path);
    if (folder.isInBoth)
      if (int error = lower.list(folder.path, under))
        return pathError(error, "comparing", folder.path);
    std::vector<std::string> all;
    std::set_union(names.begin(), names.end(), under.begin(), under.end(),
                   std::back_inserter(all));
    for (const std::string &name : all)
      if (llvm::Error error = visit(folder, name))
        return error;
  }
  return copier.finish();
}

} // namespace

llvm::Error copyLayers(const std::vector<std::string> &layers,
                       const std::string &path) {
  DirTree target = DirTree::openPath(path);
  if (!target.valid())
    return errnoError(path);
  for (const std::string &layer : layers)
    if (llvm::Error error = copyLayer(layer, target))
      return error;
  return llvm::Error::success();
}

llvm::Error copyChanges(const Tree &lower, const Tree &upper,
                        const std::string &path) {
  DirTree target = DirTree::openPath(path);
  if (!target.valid())
    return errnoError(path);
  return ChangeCopier(lower, upper, target).run();
}

} // namespace llb::engine
