// SPDX-License-Identifier: Apache-2.0
//
// How layers become a file system. No code belongs to this header: the
// compiler's driver reads options into it without linking the engine.
#ifndef LLB_ENGINE_SNAPSHOTTER_H
#define LLB_ENGINE_SNAPSHOTTER_H

namespace llb::engine {

enum class Snapshotter {
  /// Overlayfs where it can be had, else fuse-overlayfs, else copies.
  Auto,
  Overlayfs,
  /// The program of that name, by /dev/fuse.
  FuseOverlayfs,
  /// A tree is a copy of its layers' files. The layers that come of it are the
  /// same, but for files with several names of which a step writes to one: the
  /// others change with it.
  Copy
};

} // namespace llb::engine

#endif
