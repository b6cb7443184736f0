// SPDX-License-Identifier: Apache-2.0
//
// Copying from one tree to another: CopyFiles.cpp says what goes where,
// CopyNode.cpp makes the single file with all that belongs to it.
#ifndef LLB_ENGINE_COPIER_H
#define LLB_ENGINE_COPIER_H

#include "FileChange.h"

#include "llb/Support/Errors.h"
#include "llb/Support/PatternMatcher.h"

#include <map>
#include <memory>

namespace llb::engine {

/// One path that is copied, with all below it.
class Copier {
public:
  Copier(const Tree &source, WritableTree &target, const ir::Copy &copy,
         const std::optional<FileOwner> &owner)
      : source(source), target(target), copy(copy), owner(owner),
        times(timesOf(copy.timestamp)) {}

  llvm::Error compile();
  llvm::Error run(const std::string &from, const std::string &to);

private:
  using Matches = PatternMatcher::DirMatches;
  struct Parent {
    std::string from, to;
    bool copied = false;
  };

  llvm::Error copyPath(const std::string &from, const std::string &relative,
                       const std::string &to, bool overwrite,
                       const Matches &included, const Matches &excluded,
                       int depth);
  llvm::Error copyDir(const std::string &from, const std::string &relative,
                      const std::string &to, const FileStat &info,
                      bool overwrite, bool include, bool exclude,
                      const Matches &included, const Matches &excluded,
                      int depth, bool &created);
  llvm::Error makeDirLike(const std::string &to, const FileStat &info,
                          bool overwrite, bool &created);
  llvm::Error makeParents(bool overwrite);
  llvm::Error makeNode(const std::string &from, const std::string &to,
                       const FileStat &info);
  llvm::Error copyInfo(const std::string &from, const std::string &to,
                       const FileStat &info);
  FileTimes timesFor(const FileStat &info) const {
    return times.value_or(FileTimes{info.st_atim, info.st_mtim});
  }
  mode_t defaultDirMode() const {
    return copy.modeStr.empty() && copy.mode != -1
               ? static_cast<mode_t>(copy.mode) & 0777
               : 0755;
  }

  const Tree &source;
  WritableTree &target;
  const ir::Copy &copy;
  std::optional<FileOwner> owner;
  std::optional<FileTimes> times;
  std::unique_ptr<PatternMatcher> include, exclude;
  std::vector<Parent> parents;
  std::map<std::pair<dev_t, ino_t>, std::string> links;
};

} // namespace llb::engine

#endif
