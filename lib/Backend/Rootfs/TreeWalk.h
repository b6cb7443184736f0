// SPDX-License-Identifier: Apache-2.0
//
// Everything in a root file system, as fsutil sees it.
#ifndef LLB_BACKEND_ROOTFS_TREEWALK_H
#define LLB_BACKEND_ROOTFS_TREEWALK_H

#include "llb/Engine/Tree.h"

#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/Support/Error.h>

namespace llb::backend {

struct TreeEntry {
  /// Absolute in the tree.
  std::string path;
  engine::FileStat info;
  /// Of a file with several names the first, absolute; empty for that one.
  std::string firstName;
};

/// Visits all but the root itself, each directory before what is in it, names
/// in byte order.
llvm::Error walkTree(const engine::DirTree &tree,
                     llvm::function_ref<llvm::Error(const TreeEntry &)> visit);

/// The folder of a platform among several: `linux_arm_v7`.
std::string platformFolder(const std::string &platform);
/// The target of a symbolic link in such a folder: an absolute one leads into
/// the folder. Without a folder it stays.
std::string bendLink(const std::string &folder, const std::string &target);

} // namespace llb::backend

#endif
