// SPDX-License-Identifier: Apache-2.0
//
// The form that layers have in a store: that of an overlayfs upper directory
// (Documentation/filesystems/overlayfs.rst). What is gone is a character device
// 0:0 in its place. Where such a device cannot be made, as on an overlayfs
// itself, it is `.wh.NAME` with the size, mode, owner and time 0, which is what
// the layer's tar has for it anyway.
#ifndef LLB_ENGINE_LAYERFORM_H
#define LLB_ENGINE_LAYERFORM_H

#include "llb/Engine/Tree.h"

#include <llvm/Support/Error.h>
#include <string>
#include <vector>

namespace llb::engine {

/// Something in a directory of a layer.
struct LayerEntry {
  /// The name that it is about, without the mark of a whiteout.
  std::string name;
  FileStat info{};
  /// `name` is gone.
  bool isWhiteout = false;
};

/// What is in the directory `dir` of a layer, by name; 0 or an errno.
int listLayer(const Tree &layer, const std::string &dir,
              std::vector<LayerEntry> &entries);

/// Marks `name` in the directory `dir` as gone; 0 or an errno.
int makeWhiteout(int dir, const std::string &name);

/// Whether an entry of a tree counts as the same in another one, as
/// containerd's differ decides it (containerd/continuity v0.4, fs sameFile):
/// mode, owner, device and capability; size and time if it is no directory, and
/// its content if both times are whole seconds.
llvm::Expected<bool> isSameEntry(const Tree &tree, const FileStat &info,
                                 const Tree &other, const FileStat &otherInfo,
                                 const std::string &path);

/// The extended attribute `security.capability`; empty if there is none.
std::string capabilityOf(const Tree &tree, const std::string &path);
std::string capabilityIn(const Xattrs &xattrs);

} // namespace llb::engine

#endif
