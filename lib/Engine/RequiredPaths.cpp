// SPDX-License-Identifier: Apache-2.0
//
// The rules are those of the selection that a key covers, so a selection of the
// whole tree decides; where it is plain that there is something, nobody walks.
#include "RequiredPaths.h"

#include "FileChange.h"

#include "llb/Context/Reads.h"
#include "llb/Context/Snapshot.h"
#include "llb/Support/Errors.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoText.h"

namespace llb::engine {
namespace {

/// Whether `path` can be found without a look at other files: what an include
/// pattern names is there, and no other pattern takes it away.
bool isThere(const Tree &source, const ir::Copy &copy,
             const std::string &path) {
  std::string top = go::joinPath({"/", copy.src});
  size_t end = top == "/" ? 0 : top.size();
  std::string real;
  if (!copy.excludePatterns.empty() ||
      llvm::none_of(copy.includePatterns,
                    [&](const std::string &pattern) {
                      return !pattern.empty() &&
                             path == joinTreePath(top, pattern);
                    }) ||
      source.resolve(top, /*followLast=*/false, real))
    return false;
  FileStat info;
  while (end < path.size()) {
    if (source.lstat(real, info) || !S_ISDIR(info.st_mode))
      return false;
    size_t next = std::min(path.find('/', end + 1), path.size());
    real = joinTreePath(real, path.substr(end + 1, next - end - 1));
    end = next;
  }
  return source.lstat(real, info) == 0;
}

int addEntries(const Tree &tree, const std::string &dir,
               std::vector<context::FileInfo> &files) {
  std::vector<std::string> names;
  if (int error = tree.list(dir, names))
    return error;
  for (const std::string &name : names) {
    std::string path = joinTreePath(dir, name);
    FileStat stat;
    if (int error = tree.lstat(path, stat))
      return error;
    context::FileInfo &info = files.emplace_back();
    info.path = path.substr(1);
    info.mode = stat.st_mode;
    if (info.isSymlink())
      if (int error = tree.readLink(path, info.target))
        return error;
    if (info.isDirectory())
      if (int error = addEntries(tree, path, files))
        return error;
  }
  return 0;
}

} // namespace

llvm::Error checkRequiredPaths(const Tree &source, const ir::Copy &copy,
                               bool isImage) {
  for (const std::string &path : copy.requiredPaths) {
    FileStat info;
    if (source.stat(path, info))
      return textError(go::quote(path) + ": not found");
  }
  if (isImage)
    return llvm::Error::success();
  if (llvm::all_of(copy.requiredPaths, [&](const std::string &path) {
        return isThere(source, copy, path);
      }))
    return llvm::Error::success();
  std::vector<context::FileInfo> files;
  if (int error = addEntries(source, "/", files))
    return pathError(error, "walk", copy.src);
  context::Selection selection =
      context::Snapshot(std::move(files)).select(context::selectorOf(copy));
  return selection.error.empty() ? llvm::Error::success()
                                 : textError(selection.error);
}

} // namespace llb::engine
