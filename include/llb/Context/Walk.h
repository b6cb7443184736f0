// SPDX-License-Identifier: Apache-2.0
//
// Which files of a directory BuildKit's client sends for a local source, in its
// order: parents before children, siblings by byte (fsutil's filterFS).
#ifndef LLB_CONTEXT_WALK_H
#define LLB_CONTEXT_WALK_H

#include "llb/Context/Directory.h"

#include <llvm/ADT/STLFunctionalExtras.h>

namespace llb::context {

/// What a local source asks for. No patterns and no paths is everything.
struct Filter {
  std::vector<std::string> includePatterns;
  /// Lines of the ignore file.
  std::vector<std::string> excludePatterns;
  /// Paths with wildcards, whose symbolic links are followed inside the
  /// directory; they and what the links lead to add to the include patterns.
  std::vector<std::string> followPaths;

  bool operator==(const Filter &) const = default;
};

/// Calls `sent` for each file that is sent, in this thread, while others look
/// at what comes next if there are many. Files that go away meanwhile are left
/// out; a directory that can't be read is an error unless it is not sent
/// itself.
llvm::Error walk(const Directory &directory, const Filter &filter,
                 llvm::function_ref<void(FileInfo)> sent);

/// The same, with the extended attributes of each.
llvm::Error
walkWithXattrs(const Directory &directory, const Filter &filter,
               llvm::function_ref<void(FileInfo, const Xattrs &)> sent);

/// fsutil.FollowLinks: `paths`, with each link on their way replaced by itself
/// and its target. Sorted; nothing below another one; empty if the whole
/// directory is among them.
llvm::Expected<std::vector<std::string>>
followLinks(const Directory &directory, const std::vector<std::string> &paths);

} // namespace llb::context

#endif
