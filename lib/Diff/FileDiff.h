// SPDX-License-Identifier: Apache-2.0
//
// What one step takes of a directory, before and after.
#ifndef LLB_DIFF_FILEDIFF_H
#define LLB_DIFF_FILEDIFF_H

#include "llb/Context/Contents.h"
#include "llb/Context/Reads.h"
#include "llb/Diff/Diff.h"

namespace llb::diff {

/// The entries that a reader takes of a directory.
struct TakenFiles {
  const context::Contents &contents;
  const context::InputRead &read;
};

/// In the order of the paths.
std::vector<FileChange> diffFiles(const TakenFiles &before,
                                  const TakenFiles &after);

} // namespace llb::diff

#endif
