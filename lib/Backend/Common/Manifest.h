// SPDX-License-Identifier: Apache-2.0
//
// An image whose blobs are in the store.
#ifndef LLB_BACKEND_MANIFEST_H
#define LLB_BACKEND_MANIFEST_H

#include "llb/Backend/Backend.h"

#include <set>

namespace llb::backend {

struct Exporter::Manifest {
  std::string mediaType;
  std::string digest;
  int64_t size = 0;
  std::string configDigest;
  /// Digests of the layers, from bottom to top.
  std::vector<std::string> layers;
  /// Everything that the manifest needs, itself included.
  std::set<std::string> blobs;
};

} // namespace llb::backend

#endif
