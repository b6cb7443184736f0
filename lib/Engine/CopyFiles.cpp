// SPDX-License-Identifier: Apache-2.0
//
// Copying between trees. The surprising rules are all BuildKit's (fsutil's copy
// package): the directory that is copied keeps the mode and owner of an
// existing destination but gives it its time, while directories below it
// overwrite all three; parents that only lead to included files are made late,
// and only once.
#include "Copier.h"
#include "FileMode.h"

#include "llb/Support/GoPath.h"

#include <algorithm>
#include <cerrno>

namespace llb::engine {

static constexpr int maxDepth = 2048;

llvm::Error Copier::compile() {
  std::string error;
  if (!copy.modeStr.empty() && !applySymbolicMode(copy.modeStr, 0))
    return textError("invalid mode '" + copy.modeStr + "'");
  if (!copy.includePatterns.empty()) {
    include = PatternMatcher::create(copy.includePatterns.get(), error);
    if (!include)
      return textError("invalid includepatterns: " + error);
  }
  if (!copy.excludePatterns.empty()) {
    exclude = PatternMatcher::create(copy.excludePatterns.get(), error);
    if (!exclude)
      return textError("invalid excludepatterns: " + error);
  }
  return llvm::Error::success();
}

/// Copies the path `from` of the source, which may be a link, to `to`, which
/// may end in `/` or `/.`.
llvm::Error Copier::run(const std::string &from, const std::string &to) {
  std::vector<std::string> created;
  auto ensure = [&](const std::string &path) -> llvm::Error {
    if (int error =
            makeDirs(target, path, defaultDirMode(), owner, times, &created))
      return pathError(error, "mkdir", path);
    return llvm::Error::success();
  };
  size_t slash = to.rfind('/');
  std::string last = to.substr(slash + 1);
  std::string dir = last.empty() || last == "." ? to : to.substr(0, slash + 1);
  std::string resolved;
  if (int error = target.resolve(dir, /*followLast=*/true, resolved))
    return pathError(error, "mkdir", dir);
  if (llvm::Error error = ensure(resolved))
    return error;

  std::string dest;
  if (int error = target.resolve(to, /*followLast=*/true, dest))
    return pathError(error, "stat", to);
  std::string followed;
  if (int error = source.resolve(from, copy.followSymlink, followed))
    return pathError(error, "lstat", from);
  FileStat info, there;
  if (int error = source.lstat(followed, info))
    return pathError(error, "lstat", from);
  int missing = target.stat(dest, there);
  if (missing && missing != ENOENT)
    return pathError(missing, "stat", to);
  bool isDir = S_ISDIR(info.st_mode);
  if (!missing && (isDir ? !copy.dirCopyContents : S_ISDIR(there.st_mode) != 0))
    dest = go::joinPath({dest, go::basePath(from)});
  if (llvm::Error error = ensure(copy.dirCopyContents && isDir && missing
                                     ? dest
                                     : parentTreePath(dest)))
    return error;
  if (llvm::Error error = copyPath(followed, "", dest, /*overwrite=*/false, {},
                                   {}, /*depth=*/0))
    return error;
  // Filling them changed their times.
  if (times)
    for (size_t i = created.size(); i-- > 0;)
      target.setTimes(created[i], *times);
  return llvm::Error::success();
}

llvm::Error Copier::copyPath(const std::string &from,
                             const std::string &relative, const std::string &to,
                             bool overwrite, const Matches &included,
                             const Matches &excluded, int depth) {
  if (depth > maxDepth)
    return pathError(ENAMETOOLONG, "lstat", from);
  bool isIncluded = true, isExcluded = false;
  Matches includedHere, excludedHere;
  if (!relative.empty()) {
    std::string error;
    if (include)
      isIncluded = include->matches(relative, included, includedHere, &error);
    if (exclude && exclude->matches(relative, excluded, excludedHere, &error)) {
      isIncluded = false;
      isExcluded = true;
    }
    if (!error.empty())
      return textError("failed to match patterns: " + error);
    if (!isIncluded && !include && !(exclude && exclude->hasExclusions()))
      return llvm::Error::success();
  }
  FileStat info, there;
  if (int error = source.lstat(from, info))
    return pathError(error, "lstat", from);
  bool isDir = S_ISDIR(info.st_mode);
  if (!isIncluded && !isDir)
    return llvm::Error::success();
  int missing = target.lstat(to, there);
  if (missing && missing != ENOENT)
    return pathError(missing, "lstat", to);
  if (isIncluded) {
    if (copy.alwaysReplaceExistingDestPaths && !missing &&
        !(isDir && S_ISDIR(there.st_mode)))
      if (int error = target.removeAll(to))
        return pathError(error, "unlink", to);
    if (llvm::Error error = makeParents(overwrite))
      return error;
  }
  bool withInfo = isIncluded, withTimes = false;
  if (isDir) {
    bool created = false;
    if (llvm::Error error =
            copyDir(from, relative, to, info, overwrite, isIncluded, isExcluded,
                    includedHere, excludedHere, depth, created))
      return error;
    if (!overwrite) {
      withInfo = created;
      withTimes = !created;
    }
  } else if (llvm::Error error = makeNode(from, to, info)) {
    return error;
  }
  if (withInfo)
    return copyInfo(from, to, info);
  // The root of a tree has no name in a parent.
  if (withTimes && !missing && to != "/")
    if (int error = target.setTimes(to, timesFor(info)))
      return pathError(error, "utime", to);
  return llvm::Error::success();
}

llvm::Error Copier::copyDir(const std::string &from,
                            const std::string &relative, const std::string &to,
                            const FileStat &info, bool overwrite,
                            bool isIncluded, bool isExcluded,
                            const Matches &included, const Matches &excluded,
                            int depth, bool &created) {
  if (isIncluded)
    if (llvm::Error error = makeDirLike(to, info, overwrite, created))
      return error;
  parents.push_back({from, to, isIncluded});
  std::vector<std::string> names;
  bool descend = !isExcluded || exclude->hasExclusions();
  if (!descend)
    created = false;
  int failed = descend ? source.list(from, names) : 0;
  if (failed)
    return pathError(failed, "open", from);
  for (const std::string &name : names)
    if (llvm::Error error =
            copyPath(joinTreePath(from, name),
                     relative.empty() ? name : relative + "/" + name,
                     joinTreePath(to, name), /*overwrite=*/true, included,
                     excluded, depth + 1))
      return error;
  parents.pop_back();
  return llvm::Error::success();
}

llvm::Error Copier::makeDirLike(const std::string &to, const FileStat &info,
                                bool overwrite, bool &created) {
  created = false;
  FileStat there;
  int missing = target.lstat(to, there);
  if (!missing && !S_ISDIR(there.st_mode))
    return textError("cannot copy to non-directory: " + to);
  if (missing && missing != ENOENT)
    return pathError(missing, "lstat", to);
  if (to == "/")
    return llvm::Error::success();
  if (missing) {
    if (int error = target.makeDir(to, info.st_mode & 07777))
      return pathError(error, "mkdir", to);
    created = true;
  }
  if (created || overwrite)
    if (int error = target.setMode(to, info.st_mode & 07777))
      return pathError(error, "chmod", to);
  return llvm::Error::success();
}

llvm::Error Copier::makeParents(bool overwrite) {
  for (Parent &parent : parents) {
    if (parent.copied)
      continue;
    FileStat info;
    if (int error = source.stat(parent.from, info))
      return pathError(error, "stat", parent.from);
    bool created = false;
    if (llvm::Error error = makeDirLike(parent.to, info, overwrite, created))
      return error;
    if (created)
      if (llvm::Error error = copyInfo(parent.from, parent.to, info))
        return error;
    parent.copied = true;
  }
  return llvm::Error::success();
}

/// False, or NeedsDirectory if this is something to unpack.
static llvm::Expected<bool> isNoArchive(int file) {
  if (isArchive(file))
    return llvm::make_error<NeedsDirectory>();
  return false;
}

llvm::Error copyFiles(const Tree &source, WritableTree &target,
                      const ir::Copy &copy,
                      const std::optional<FileOwner> &owner,
                      const UnpackLimits &limits) {
  std::string from = cleanActionPath(copy.src);
  std::string to = cleanActionPath(copy.dest);
  if (!copy.createDestPath) {
    std::string path;
    FileStat info;
    int error = target.resolve("/" + copy.dest, /*followLast=*/true, path);
    if (!error)
      error = target.lstat(parentTreePath(path), info);
    if (error)
      return pathError(error, "failed to stat", copy.dest);
  }
  std::vector<std::string> sources{from};
  if (copy.allowWildcard) {
    auto matches = matchWildcards(source, from, copy.followSymlink);
    if (!matches)
      return matches.takeError();
    if (matches->empty() && !copy.allowEmptyWildcard)
      return textError(from + " not found");
    sources = std::move(*matches);
  }
  for (const std::string &path : sources) {
    if (copy.attemptUnpackDockerCompatibility) {
      std::string resolved;
      UniqueFd archive;
      FileStat info;
      if (source.resolve(path, /*followLast=*/true, resolved) == 0 &&
          source.lstat(resolved, info) == 0 && S_ISREG(info.st_mode) &&
          source.open(resolved, archive) == 0) {
        auto isTar = target.directory()
                         ? unpackInto(archive.get(), *target.directory(), to,
                                      owner, timesOf(copy.timestamp), limits)
                         : isNoArchive(archive.get());
        if (!isTar)
          return isTar.takeError();
        if (*isTar)
          continue;
      }
    }
    Copier copier(source, target, copy, owner);
    if (llvm::Error error = copier.compile())
      return error;
    if (llvm::Error error = copier.run(path, to))
      return error;
  }
  return llvm::Error::success();
}

} // namespace llb::engine
