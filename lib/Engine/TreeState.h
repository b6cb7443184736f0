// SPDX-License-Identifier: Apache-2.0
//
// What a step changed in a copy of a file system, found without a second copy:
// the kernel gives a file another change time whenever anything about it
// changes.
#ifndef LLB_ENGINE_TREESTATE_H
#define LLB_ENGINE_TREESTATE_H

#include "llb/Engine/Tree.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/Support/Error.h>
#include <map>
#include <string>

namespace llb::engine {

class TreeState {
public:
  /// Remembers the tree at `path`. Waits, a few milliseconds, until what
  /// changes from now on has a later time than what is there.
  static llvm::Expected<TreeState> record(const std::string &path);

  /// Removes from the tree at `path` what did not change, so that the form of a
  /// layer is left: of directories those that have changes in them, of what is
  /// gone a whiteout.
  llvm::Error reduce(const std::string &path) const;

private:
  struct Mark {
    ino_t inode;
    timespec changed;
    bool isDir;

    explicit Mark(const FileStat &info)
        : inode(info.st_ino), changed(info.st_ctim),
          isDir(S_ISDIR(info.st_mode)) {}
    bool operator==(const Mark &other) const {
      return inode == other.inode && isDir == other.isDir &&
             changed.tv_sec == other.changed.tv_sec &&
             changed.tv_nsec == other.changed.tv_nsec;
    }
  };
  using Folder = std::map<std::string, Mark>;
  class Reduction;

  /// By path.
  llvm::StringMap<Folder> folders;
};

} // namespace llb::engine

#endif
