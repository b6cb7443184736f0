// SPDX-License-Identifier: Apache-2.0
//
// What `--cache-from` and `--cache-to` mean to the embedded engine.
#ifndef LLB_DRIVER_ENGINECACHE_H
#define LLB_DRIVER_ENGINECACHE_H

#include "llb/Driver/Options.h"

namespace llb::driver {

/// Reads the attributes of a cache that is written (`isExport`) or read.
/// Returns what is wrong.
std::string readEngineCache(const CachePlace &place, bool isExport,
                            EngineCache &result);

/// Reads all that the options name, or judges them for a daemon. Returns what
/// is wrong.
std::string readCaches(Options &options,
                       const std::vector<std::string> &cacheFrom,
                       const std::vector<std::string> &cacheTo);

} // namespace llb::driver

#endif
