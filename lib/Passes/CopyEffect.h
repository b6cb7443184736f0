// SPDX-License-Identifier: Apache-2.0
//
// What a file action does to directories, told from its fields alone. Where
// that depends on what is there already, or cannot be told, there is no effect
// but the reason, as a remark.
#ifndef LLB_PASSES_COPYEFFECT_H
#define LLB_PASSES_COPYEFFECT_H

#include "BaseState.h"

#include "llb/Passes/Pass.h"

#include <optional>
#include <string>
#include <vector>

namespace llb::passes {

/// What one action does to directories, as far as it can be told.
struct CopyEffect {
  /// Directories that are made if they are absent, from the top.
  std::vector<std::string> dirs;
  DirAttrs attrs;
  /// Where unknown things are put; empty for mkdir.
  std::string region;
  /// The region is a directory of `dirs`, else what is copied is unknown.
  bool intoDirectory = false;
  /// mkdir that does not make parents.
  bool needsParent = false;
};

/// Nothing, and `why`, if `action` is none that parallel-copy can move.
std::optional<CopyEffect> effectOf(const ir::FileAction &action, RemarkId &why);

} // namespace llb::passes

#endif
