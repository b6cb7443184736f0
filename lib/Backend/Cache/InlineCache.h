// SPDX-License-Identifier: Apache-2.0
//
// Cache records inside an image.
#ifndef LLB_BACKEND_CACHE_INLINECACHE_H
#define LLB_BACKEND_CACHE_INLINECACHE_H

#include "llb/Backend/Backend.h"

namespace llb::backend {

/// Records, as JSON, of those results that consist of layers of this image,
/// whose blobs are `blobs`, as the store or imported caches know them.
std::string inlineCacheOf(engine::Store &store, const engine::Snapshot &image,
                          const std::vector<engine::LayerBlob> &blobs,
                          const BuildResult &result);

} // namespace llb::backend

#endif
