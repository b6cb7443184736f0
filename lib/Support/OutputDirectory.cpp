// SPDX-License-Identifier: Apache-2.0
//
// A new directory is made beside its place and renamed. A directory that is
// there may be on a file system of its own, so what comes into it is made
// inside and moved up entry by entry: directories join, other entries replace
// their like. No link is followed in that, since nobody trusts an image.
#include "llb/Support/OutputDirectory.h"

#include "llb/Support/Errors.h"
#include "llb/Support/StaleOutput.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace llb {
namespace {

UniqueFd openDirectory(int base, const std::string &name) {
  return UniqueFd(openat(base, name.c_str(),
                         O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

struct DirectoryCloser {
  void operator()(DIR *dir) const { closedir(dir); }
};

/// Moves the entries of `from` into `to`. Directories nest at most as deep as
/// the tree that was written.
llvm::Error moveEntries(UniqueFd from, const UniqueFd &to,
                        const std::string &shown) {
  int source = from.get();
  std::unique_ptr<DIR, DirectoryCloser> list(fdopendir(from.release()));
  if (!list)
    return errnoError(shown);
  std::vector<std::string> names;
  while (dirent *entry = readdir(list.get()))
    if (std::string_view name = entry->d_name; name != "." && name != "..")
      names.emplace_back(name);
  std::sort(names.begin(), names.end());
  for (const std::string &name : names) {
    if (renameat(source, name.c_str(), to.get(), name.c_str()) == 0)
      continue;
    std::string place = shown + "/" + name;
    if (errno != EEXIST && errno != ENOTEMPTY)
      return errnoError(place);
    UniqueFd inner = openDirectory(source, name);
    UniqueFd outer = openDirectory(to.get(), name);
    struct stat info;
    if (!inner.valid() || !outer.valid() || fstat(inner.get(), &info))
      return errnoError(place);
    if (llvm::Error error = moveEntries(std::move(inner), outer, place))
      return error;
    const timespec times[2] = {info.st_atim, info.st_mtim};
    if (fchmod(outer.get(), info.st_mode & 07777) ||
        futimens(outer.get(), times))
      return errnoError(place);
  }
  return llvm::Error::success();
}

} // namespace

llvm::Expected<OutputDirectory> OutputDirectory::open(const std::string &path) {
  OutputDirectory result;
  result.path = path;
  while (result.path.size() > 1 && result.path.ends_with('/'))
    result.path.pop_back();
  struct stat info;
  bool exists = stat(result.path.c_str(), &info) == 0;
  if (exists && !S_ISDIR(info.st_mode)) {
    errno = ENOTDIR;
    return errnoError(path);
  }
  result.joins = exists;
  std::string prefix = result.path + (exists ? "/.tmp-" : ".tmp-");
  std::string pattern = prefix + "XXXXXX";
  llvm::StringRef parent = llvm::sys::path::parent_path(path);
  if (!exists && !parent.empty())
    if (std::error_code error = llvm::sys::fs::create_directories(parent))
      return textError(path + ": " + error.message());
  removeStaleOutput(prefix, pattern.size() - prefix.size());
  // Between its making and its lock somebody may take a directory for stale.
  constexpr int tries = 10;
  for (int i = 0; i < tries; ++i) {
    result.temporary = pattern;
    if (!mkdtemp(result.temporary.data()))
      break;
    result.lock = openDirectory(AT_FDCWD, result.temporary);
    if (result.lock.valid() && lockOutput(result.lock.get(), result.temporary))
      return result;
  }
  result.temporary.clear();
  return errnoError(path);
}

OutputDirectory::OutputDirectory(OutputDirectory &&other) noexcept
    : path(std::move(other.path)),
      temporary(std::exchange(other.temporary, "")),
      lock(std::move(other.lock)), joins(other.joins) {}

OutputDirectory &OutputDirectory::operator=(OutputDirectory &&other) noexcept {
  std::swap(path, other.path);
  std::swap(temporary, other.temporary);
  std::swap(lock, other.lock);
  std::swap(joins, other.joins);
  return *this;
}

OutputDirectory::~OutputDirectory() {
  if (!temporary.empty())
    removeTree(temporary);
}

llvm::Error OutputDirectory::keep() {
  if (!joins) {
    if (rename(temporary.c_str(), path.c_str()))
      return errnoError(path);
    temporary.clear();
    return llvm::Error::success();
  }
  UniqueFd from = openDirectory(AT_FDCWD, temporary);
  // A link that the user names is followed.
  UniqueFd to(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!from.valid() || !to.valid())
    return errnoError(path);
  return moveEntries(std::move(from), to, path);
}

} // namespace llb
