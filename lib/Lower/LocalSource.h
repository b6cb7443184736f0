// SPDX-License-Identifier: Apache-2.0
//
// Local directories as sources. What is read of them is known only when every
// instruction was seen, so they are described first and written down last.
#ifndef LLB_LOWER_LOCALSOURCE_H
#define LLB_LOWER_LOCALSOURCE_H

#include "FrontendOptions.h"
#include "llb/IR/Builder.h"

namespace llb::lower {

/// A local directory of whoever runs the build.
struct LocalSource {
  std::string name;
  std::string sharedKeyHint;
  std::vector<std::string> excludePatterns;
  std::vector<std::string> followPaths;
  std::string customName;
  /// Compare nothing, send everything: for small files of the frontend's own.
  bool noDiffer = false;
};
/// The vertex of `source`, with `local.session` or `local.unique` as the
/// options say.
ir::Vertex makeLocalSource(const LowerOptions &options,
                           const FrontendOptions &frontend,
                           const LocalSource &source);

/// Paths of a local source that are read, as `local.followpaths` lists them:
/// relative and sorted, none at all if the root is among them.
std::vector<std::string> followPathsOf(const std::set<std::string> &paths);

} // namespace llb::lower

#endif
