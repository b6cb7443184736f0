// SPDX-License-Identifier: Apache-2.0
//
// The files of a result as a daemon describes them, written below a directory.
// The daemon is not trusted: every path is checked, and the kernel keeps every
// access inside.
#ifndef LLB_BUILDKIT_RECEIVEDTREE_H
#define LLB_BUILDKIT_RECEIVEDTREE_H

#include "FileSync.pb.h"
#include "llb/Engine/Tree.h"

namespace llb::buildkit {

namespace filesync = moby::filesync::v1;

/// Functions return what is wrong, empty if nothing.
class ReceivedTree {
public:
  /// `root` is where the entries go. Others may write there too, as long as
  /// only directories are common to them.
  explicit ReceivedTree(const engine::DirTree &root) : root(root) {}

  /// Makes the next entry. They come as fsutil walks: parents first, siblings
  /// by byte. `file` is set for a regular file, whose content is to be written
  /// there and which `finishFile` makes complete.
  std::string add(const filesync::Stat &stat, UniqueFd &file);
  /// A regular file that was added, for its content.
  std::string openFile(const filesync::Stat &stat, UniqueFd &file);
  /// Gives a file whose content is there what else belongs to it.
  std::string finishFile(const filesync::Stat &stat, const UniqueFd &file);
  /// After the last entry.
  std::string finish() { return leaveTo(1); }

private:
  /// A directory that entries may still come into; the first is the root.
  struct Level {
    filesync::Stat stat;
    /// The last entry in it.
    std::string last;
  };

  /// Finds the directory of the next entry and its name there.
  std::string place(const std::string &path, std::string &name);
  /// Completes the directories but for the first `depth`.
  std::string leaveTo(size_t depth);
  std::string makeLink(const filesync::Stat &stat, const std::string &name);
  std::string makeDirectory(const filesync::Stat &stat,
                            const std::string &name);
  /// Owner, permissions and times of what is neither file nor directory.
  std::string finishSpecial(const filesync::Stat &stat, const std::string &name,
                            uint32_t mode);

  const engine::DirTree &root;
  std::vector<Level> levels = std::vector<Level>(1);
  /// The innermost directory, opened when something comes into it.
  UniqueFd parent;
};

} // namespace llb::buildkit

#endif
