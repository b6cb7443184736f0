// SPDX-License-Identifier: Apache-2.0
//
// Caches of a daemon, and the directories here that it may read or write for
// them.
#ifndef LLBC_REMOTECACHES_H
#define LLBC_REMOTECACHES_H

#include "llb/BuildKit/Client.h"
#include "llb/Driver/Driver.h"

namespace llbc {

/// Tells the build of the caches that it writes, and of directories of blobs:
/// those caches and OCI layouts that are named contexts.
llvm::Error addContents(const llb::driver::Options &options,
                        llb::buildkit::BuildOptions &build);

/// The option by which frontends are told of the caches to read; empty if there
/// are none. Directories without a cache are left out, with a warning.
std::string cacheImports(const llb::driver::BuildJob &job);

/// Lets written caches be found; a failure is reported. `response` is what the
/// daemon told of the build.
llvm::LogicalResult
nameCaches(const llb::driver::BuildJob &job,
           const std::map<std::string, std::string> &response);

} // namespace llbc

#endif
