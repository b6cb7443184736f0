// SPDX-License-Identifier: Apache-2.0
//
// Mounting directories on top of each other by the kernel's overlayfs, as
// BuildKit's snapshotter mounts them.
#ifndef LLB_ENGINE_OVERLAYMOUNT_H
#define LLB_ENGINE_OVERLAYMOUNT_H

#include <llvm/Support/Error.h>
#include <string>
#include <vector>

namespace llb::engine {

struct OverlayMount {
  /// From bottom to top: two at least if nothing is above them.
  std::vector<std::string> lower;
  /// Where changes go, and a folder beside it for the kernel; both empty if the
  /// file system is only read.
  std::string upper, work;
  std::string mountPoint;
};

/// Mounts it, in either of the ways below; an error tells why neither went.
llvm::Error mountOverlay(const OverlayMount &overlay);

/// By the mount API, every directory by itself (Linux 6.7).
llvm::Error mountOverlayByParts(const OverlayMount &overlay);

/// By mount(2), all of it in one page of text (Linux 5.11).
llvm::Error mountOverlayByList(const OverlayMount &overlay);

} // namespace llb::engine

#endif
