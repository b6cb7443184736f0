// SPDX-License-Identifier: Apache-2.0
//
// A build for its cache alone, as `docker buildx build --output
// type=cacheonly`: what it made is in the store, for the builds that follow.
#include "llb/Backend/Backend.h"

namespace llb::backend {

llvm::Expected<Exported> Exporter::writeCacheOnly(const BuildResult &result,
                                                  const Place &place) {
  return Exported();
}

} // namespace llb::backend
