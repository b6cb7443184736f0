// SPDX-License-Identifier: Apache-2.0
//
// The main build context: a local directory, or what the option `context` names
// (BuildKit v0.32.2, dockerui initContext and MainContext).
#ifndef LLB_LOWER_BUILDCONTEXT_H
#define LLB_LOWER_BUILDCONTEXT_H

#include "State.h"

namespace llb::lower {

/// Adds the context's vertices and sets `buildContext` of `context`. A local
/// one stays incomplete until `completeBuildContext`.
llvm::LogicalResult addBuildContext(LowerContext &context);

/// The remote context of the options without `contextsubdir`; an invalid value
/// if the context is local.
llvm::FailureOr<ir::ValueId> addRemoteContext(LowerContext &context);

/// Reads the patterns of a local context's `.dockerignore` into
/// `ignoreMatcher`.
llvm::LogicalResult addIgnoreMatcher(LowerContext &context);

/// Writes down which `paths` of a local context are read.
void completeBuildContext(LowerContext &context,
                          const std::set<std::string> &paths);

/// DetectGitContext: the git source that `url` names, an invalid value if it
/// names none. On failure sets `error` to Go's text.
ir::ValueId addGitContext(LowerContext &context, std::string_view url,
                          bool keepGitDir, std::string mtime,
                          std::string &error);

} // namespace llb::lower

#endif
