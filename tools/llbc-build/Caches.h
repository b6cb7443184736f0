// SPDX-License-Identifier: Apache-2.0
//
// The caches of other builds: what options name, as the engine knows it.
#ifndef LLBC_CACHES_H
#define LLBC_CACHES_H

#include "llb/Backend/CacheExport.h"
#include "llb/Driver/Driver.h"

namespace llbc {

/// Where the caches lie that the options read.
std::vector<llb::engine::CacheLocation>
cacheLocations(const llb::driver::Options &options);

/// Whether images are to have records inside.
bool wantsInlineCache(const llb::driver::Options &options);

/// Writes the caches that the options name, inline ones excepted. A failure is
/// reported; one that is not ignored is the result.
llvm::LogicalResult writeCaches(const llb::driver::BuildJob &job,
                                const llb::backend::BuildResult &result,
                                llb::backend::CacheExporter exporter);

/// What the store at `--will-hit` and the caches of `--cache-from` have. With
/// caches there need be no store.
llvm::Expected<llb::driver::CacheQuery>
openCaches(const llb::driver::Options &options, llb::DiagEngine &diags);

} // namespace llbc

#endif
