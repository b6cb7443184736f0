// SPDX-License-Identifier: Apache-2.0
//
// Everything but copy. What exists already is mostly left as it is; the rules
// are BuildKit's, down to which errors are none.
#include "FileChange.h"

#include "llb/Support/GoPath.h"

#include <cerrno>

namespace llb::engine {

char NeedsDirectory::ID;

void NeedsDirectory::log(llvm::raw_ostream &out) const {
  out << "this takes a directory";
}

std::error_code NeedsDirectory::convertToErrorCode() const {
  return std::make_error_code(std::errc::not_supported);
}

std::string cleanActionPath(const std::string &path) {
  std::string clean = go::joinPath({"/", path});
  if (path.ends_with("/."))
    return (clean == "/" ? clean : clean + "/") + ".";
  if (path.ends_with("/") && clean != "/")
    return clean + "/";
  return clean;
}

llvm::Error makeDir(WritableTree &target, const ir::MkDir &action,
                    const std::optional<FileOwner> &owner) {
  std::string path;
  if (int error = target.resolve(action.path, /*followLast=*/true, path))
    return pathError(error, "mkdir", action.path);
  mode_t mode = static_cast<mode_t>(action.mode) & 0777;
  std::optional<FileTimes> times = timesOf(action.timestamp);
  int error = 0;
  if (action.makeParents) {
    error = makeDirs(target, path, mode, owner, times);
  } else if (path != "/") {
    error = target.makeDir(path, mode);
    if (error == EEXIST)
      return llvm::Error::success();
    if (!error)
      error = settleNewDir(target, path, mode, owner);
    if (!error && times)
      error = target.setTimes(path, *times);
  }
  return error ? pathError(error, "mkdir", action.path)
               : llvm::Error::success();
}

llvm::Error makeFile(WritableTree &target, const ir::MkFile &action,
                     const std::optional<FileOwner> &owner) {
  std::string path;
  if (int error = target.resolve("/" + action.path, /*followLast=*/true, path))
    return pathError(error, "open", action.path);
  mode_t mode = static_cast<mode_t>(action.mode) & 0777;
  int error =
      path == "/" ? EISDIR : target.writeFile(path, mode, action.data.data);
  if (error)
    return pathError(error, "open", action.path);
  if (owner)
    error = target.setOwner(path, *owner);
  if (std::optional<FileTimes> times = timesOf(action.timestamp);
      times && !error)
    error = target.setTimes(path, *times);
  return error ? pathError(error, "write", action.path)
               : llvm::Error::success();
}

llvm::Error makeSymlink(WritableTree &target, const ir::Symlink &action,
                        const std::optional<FileOwner> &owner) {
  std::string path;
  if (int error =
          target.resolve("/" + action.newPath, /*followLast=*/true, path))
    return pathError(error, "symlink", action.newPath);
  int error = path == "/" ? EEXIST : target.makeSymlink(path, action.oldPath);
  if (!error)
    error = target.setOwner(path, owner.value_or(FileOwner{}));
  if (std::optional<FileTimes> times = timesOf(action.timestamp);
      times && !error)
    error = target.setTimes(path, *times);
  return error ? pathError(error, "symlink", action.newPath)
               : llvm::Error::success();
}

static llvm::Error removePath(WritableTree &target, const std::string &path,
                              bool allowNotFound) {
  std::string clean = go::joinPath({"/", path});
  if (clean == "/")
    return llvm::createStringError(
        std::make_error_code(std::errc::invalid_argument),
        "rm %s: the root cannot be removed", path.c_str());
  std::string dir;
  if (int error =
          target.resolve(parentTreePath(clean), /*followLast=*/true, dir))
    return pathError(error, "rm", path);
  std::string victim = joinTreePath(dir, go::basePath(clean));
  FileStat info;
  if (!allowNotFound)
    if (int error = target.stat(victim, info); error == ENOENT)
      return pathError(error, "rm", path);
  if (int error = target.removeAll(victim))
    return pathError(error, "rm", path);
  return llvm::Error::success();
}

llvm::Error removeFiles(WritableTree &target, const ir::Rm &action) {
  if (!action.allowWildcard)
    return removePath(target, action.path, action.allowNotFound);
  auto matches = matchWildcards(target, cleanActionPath(action.path),
                                /*followLinks=*/false);
  if (!matches)
    return matches.takeError();
  for (const std::string &path : *matches)
    if (llvm::Error error = removePath(target, path, action.allowNotFound))
      return error;
  return llvm::Error::success();
}

namespace {

/// Paths below `dir` that match `pattern`; a directory that does is not
/// entered.
int collectMatches(const Tree &tree, const std::string &dir,
                   const std::string &prefix, const std::string &pattern,
                   size_t levels, std::vector<std::string> &found) {
  std::vector<std::string> names;
  if (int error = tree.list(dir, names))
    return error;
  for (const std::string &name : names) {
    std::string path = joinTreePath(dir, name);
    std::string relative = prefix.empty() ? name : prefix + "/" + name;
    if (go::matchPath(pattern, relative).value_or(false)) {
      found.push_back(path);
      continue;
    }
    // A star stays within its component, so matches lie at one depth.
    FileStat info;
    if (levels > 1 && tree.lstat(path, info) == 0 && S_ISDIR(info.st_mode))
      if (int error =
              collectMatches(tree, path, relative, pattern, levels - 1, found))
        return error;
  }
  return 0;
}

} // namespace

llvm::Expected<std::vector<std::string>>
matchWildcards(const Tree &tree, const std::string &pattern, bool followLinks) {
  std::string clean = go::joinPath({"/", pattern});
  std::string fixed = "/", wild;
  size_t levels = 0;
  for (size_t at = 1; at < clean.size();) {
    size_t slash = std::min(clean.find('/', at), clean.size());
    std::string part = clean.substr(at, slash - at);
    if (wild.empty() && !go::hasWildcard(part)) {
      fixed = joinTreePath(fixed, part);
    } else {
      wild += (wild.empty() ? "" : "/") + part;
      ++levels;
    }
    at = slash + 1;
  }
  if (wild.empty())
    return std::vector<std::string>{fixed};
  std::string base;
  if (int error = tree.resolve(fixed, followLinks, base))
    return pathError(error, "lstat", fixed);
  std::vector<std::string> found;
  FileStat info;
  int error = tree.lstat(base, info);
  if (!error && S_ISDIR(info.st_mode))
    error = collectMatches(tree, base, "", wild, levels, found);
  if (error)
    return pathError(error, "lstat", fixed);
  return found;
}

} // namespace llb::engine
