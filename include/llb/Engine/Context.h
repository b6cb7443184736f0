// SPDX-License-Identifier: Apache-2.0
//
// The part of a local directory that a source operation lets in, as a tree.
// Files stay where they are and are read in place, owned by root, as they are
// once BuildKit's client has sent them.
#ifndef LLB_ENGINE_CONTEXT_H
#define LLB_ENGINE_CONTEXT_H

#include "llb/Context/Snapshot.h"
#include "llb/Engine/Tree.h"

#include <llvm/ADT/StringMap.h>
#include <map>
#include <memory>
#include <mutex>

namespace llb::engine {

class ContextTree : public Tree {
public:
  /// Walks the directory `path` once.
  static llvm::Expected<std::unique_ptr<ContextTree>>
  open(const std::string &path, const context::Filter &filter);

  int lstat(const std::string &path, FileStat &result) const override;
  int readLink(const std::string &path, std::string &target) const override;
  int list(const std::string &path,
           std::vector<std::string> &names) const override;
  int open(const std::string &path, UniqueFd &fd) const override;
  int xattrs(const std::string &path, Xattrs &result) const override;
  int openWithXattrs(const std::string &path, UniqueFd &fd,
                     Xattrs &result) const override;
  /// The only one that a layer carries.
  bool hasOnlyCapabilities() const override { return true; }

  const context::Snapshot &snapshot() const { return files; }
  const context::Directory &directory() const { return dir; }

private:
  ContextTree(context::Directory dir, context::Snapshot files);
  const context::FileInfo *find(const std::string &path) const;
  void fillChildren() const;

  context::Directory dir;
  context::Snapshot files;
  timespec opened{};
  mutable std::once_flag childrenFilled;
  /// By tree path, `/` for the directory itself; filled when one is listed.
  mutable llvm::StringMap<std::vector<std::string>> children;
};

} // namespace llb::engine

#endif
