// SPDX-License-Identifier: Apache-2.0
//
// A file system that a step reads: a mounted snapshot, or the part of the build
// context that is let in. Paths are clean and absolute, `/` being the tree's
// root; symbolic links, also in the middle, never lead out of it. Results are 0
// or an errno, since most failures are answers.
#ifndef LLB_ENGINE_TREE_H
#define LLB_ENGINE_TREE_H

#include "llb/Support/UniqueFd.h"

#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace llb::engine {

using FileStat = struct stat;
/// Names and values, sorted by name.
using Xattrs = std::vector<std::pair<std::string, std::string>>;

class Tree {
public:
  virtual ~Tree();

  /// Of the path itself, not of what it links to.
  virtual int lstat(const std::string &path, FileStat &result) const = 0;
  virtual int readLink(const std::string &path, std::string &target) const = 0;
  /// Names in a directory, in byte order.
  virtual int list(const std::string &path,
                   std::vector<std::string> &names) const = 0;
  /// Opens a regular file for reading; nothing else is ever opened.
  virtual int open(const std::string &path, UniqueFd &fd) const = 0;
  virtual int xattrs(const std::string &path, Xattrs &result) const = 0;
  /// `open` and `xattrs` of a regular file, which some trees do at once.
  virtual int openWithXattrs(const std::string &path, UniqueFd &fd,
                             Xattrs &result) const;
  /// Whether regular files have no attribute but `security.capability`.
  virtual bool hasOnlyCapabilities() const { return false; }
  /// Of a layer in its form (LayerForm.h): whether the directory hides what
  /// lies below it.
  virtual bool isOpaque(const std::string &path) const;

  /// What `path` names when links are followed within the tree, the last one
  /// only if `followLast`. Components that do not exist are kept as they are.
  /// ELOOP after 255 links.
  int resolve(const std::string &path, bool followLast,
              std::string &resolved) const;
  /// lstat of the resolved path.
  int stat(const std::string &path, FileStat &result) const;
};

/// A directory of the machine as a tree; the kernel keeps every access inside
/// (openat2 with RESOLVE_IN_ROOT), whatever happens to the tree meanwhile.
class DirTree : public Tree {
public:
  /// Takes over a descriptor of the root directory.
  explicit DirTree(UniqueFd root) : root(std::move(root)) {}
  /// Opens `path`; on failure the tree is not `valid`, and errno says why.
  static DirTree openPath(const std::string &path);

  bool valid() const { return root.valid(); }
  int rootFd() const { return root.get(); }

  int lstat(const std::string &path, FileStat &result) const override;
  int readLink(const std::string &path, std::string &target) const override;
  int list(const std::string &path,
           std::vector<std::string> &names) const override;
  int open(const std::string &path, UniqueFd &fd) const override;
  int xattrs(const std::string &path, Xattrs &result) const override;
  bool isOpaque(const std::string &path) const override;

  /// open(2) with every link followed inside the root; a last one is not if the
  /// flags have O_NOFOLLOW.
  int openAt(const std::string &path, int flags, unsigned mode,
             UniqueFd &fd) const;
  /// The directory that holds `path` and the name in it; for changes through
  /// the *at calls.
  int parent(const std::string &path, UniqueFd &dir, std::string &name) const;
  /// Removes a file or a whole directory; absence is no failure.
  int removeAll(const std::string &path) const;

private:
  UniqueFd root;
};

/// `dir` and `name` as one path of a tree.
std::string joinTreePath(const std::string &dir, const std::string &name);
/// The directory part of a clean absolute path.
std::string parentTreePath(const std::string &path);

} // namespace llb::engine

#endif
