// SPDX-License-Identifier: Apache-2.0
//
// Images whose blobs are in the store.
#ifndef LLB_BACKEND_OCI_MANIFEST_H
#define LLB_BACKEND_OCI_MANIFEST_H

#include "llb/Backend/Backend.h"

#include <map>

namespace llb::backend {

inline constexpr const char *indexType =
    "application/vnd.oci.image.index.v1+json";

struct Descriptor {
  std::string mediaType;
  std::string digest;
  int64_t size = 0;
  std::map<std::string, std::string> annotations;
  std::optional<PlatformSpec> platform;

  /// Compact JSON, members in image-spec's order.
  std::string str() const;
};

struct Manifest {
  /// With the annotations of the descriptor, without a platform.
  Descriptor self;
  Descriptor config;
  /// From bottom to top.
  std::vector<Descriptor> layers;
  /// What each of them is the blob of.
  struct Part {
    engine::LayerId layer;
    bool isBase;
  };
  std::vector<Part> madeOf;
};

struct ImageSet {
  /// The index, or the only manifest.
  Descriptor top;
  std::vector<Manifest> manifests;

  /// Digests of everything, `top` included.
  std::set<std::string> blobs() const;
  /// `described` is `top` as the output has it, `names` what it is called.
  Exported exported(const Descriptor &described,
                    const std::vector<std::string> &names) const;
};

} // namespace llb::backend

#endif
