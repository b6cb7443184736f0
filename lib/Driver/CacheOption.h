// SPDX-License-Identifier: Apache-2.0
//
// The values of `--cache-from` and `--cache-to`.
#ifndef LLB_DRIVER_CACHEOPTION_H
#define LLB_DRIVER_CACHEOPTION_H

#include "llb/Driver/Options.h"

namespace llb::driver {

/// Adds a cache as docker build spells it: `type=TYPE,KEY=VALUE,...`, or the
/// name of an image. `directoryKey` is the attribute of a local cache that
/// names its directory. Returns what is wrong.
std::string readCacheOption(const std::string &text,
                            const std::string &directoryKey,
                            std::vector<CachePlace> &caches);

} // namespace llb::driver

#endif
