// SPDX-License-Identifier: Apache-2.0
//
// What is left to do is kept in a list, not on the stack: an image may nest
// directories as deep as it likes.
#include "TreeWalk.h"

#include "llb/Engine/Store.h"
#include "llb/Support/GoPath.h"

#include <algorithm>
#include <cerrno>
#include <map>

namespace llb::backend {

llvm::Error walkTree(const engine::DirTree &tree,
                     llvm::function_ref<llvm::Error(const TreeEntry &)> visit) {
  std::map<ino_t, std::string> firstNames;
  std::vector<std::string> waiting;
  auto enter = [&](const std::string &dir) -> llvm::Error {
    std::vector<std::string> names;
    if ((errno = tree.list(dir, names)))
      return errnoError(dir);
    std::for_each(names.rbegin(), names.rend(), [&](const std::string &name) {
      waiting.push_back(engine::joinTreePath(dir, name));
    });
    return llvm::Error::success();
  };
  if (llvm::Error error = enter("/"))
    return error;
  while (!waiting.empty()) {
    TreeEntry entry;
    entry.path = std::move(waiting.back());
    waiting.pop_back();
    if ((errno = tree.lstat(entry.path, entry.info)))
      return errnoError(entry.path);
    bool isDir = S_ISDIR(entry.info.st_mode);
    if (!isDir && entry.info.st_nlink > 1)
      if (auto [first, isNew] =
              firstNames.emplace(entry.info.st_ino, entry.path);
          !isNew)
        entry.firstName = first->second;
    if (llvm::Error error = visit(entry))
      return error;
    if (isDir)
      if (llvm::Error error = enter(entry.path))
        return error;
  }
  return llvm::Error::success();
}

std::string platformFolder(const std::string &platform) {
  std::string folder = platform;
  std::replace(folder.begin(), folder.end(), '/', '_');
  return folder;
}

std::string bendLink(const std::string &folder, const std::string &target) {
  if (folder.empty() || !target.starts_with('/'))
    return target;
  return go::cleanPath("/" + folder + target);
}

} // namespace llb::backend
