// SPDX-License-Identifier: Apache-2.0
//
// Source operations: identifiers, attributes and capabilities as BuildKit's
// client writes them (v0.32.2, client/llb source.go).
#ifndef LLB_LOWER_SOURCES_H
#define LLB_LOWER_SOURCES_H

#include "LocalSource.h"
#include "State.h"
#include "llb/Support/GitRef.h"

namespace llb::lower {

/// Adds `docker-image://ref`. The caller adds description and places.
ir::ValueId addImageSource(LowerContext &context, std::string_view ref,
                           const PlatformSpec &platform,
                           ir::OpMetadata metadata,
                           std::vector<ir::Location> locations = {},
                           ResolveMode mode = ResolveMode::Default);

/// Adds a git source for `ref`. `keepGitDir`, `checksum` and `mtime` are used
/// as they are: who calls decides between the URL's and the instruction's.
struct GitSource {
  bool keepGitDir = false;
  std::string checksum;
  std::string mtime;
  bool fetchByCommit = false;
  /// `llb.customname`, none if empty.
  std::string name;
};
ir::ValueId addGitSource(LowerContext &context, const GitRef &ref,
                         const GitSource &options);

/// Adds an HTTP source that saves to `filename`; `checksum` and the metadata's
/// names may be empty.
ir::ValueId addHttpSource(LowerContext &context, std::string_view url,
                          std::string_view filename, std::string_view checksum,
                          ir::OpMetadata metadata);

/// Metadata with `llb.customname`.
ir::OpMetadata namedMetadata(std::string_view customName);

} // namespace llb::lower

#endif
