// SPDX-License-Identifier: Apache-2.0
//
// What directories, links and devices an image holds, found out from its layers
// without unpacking them.
#ifndef LLB_ENGINE_IMAGEDIRS_H
#define LLB_ENGINE_IMAGEDIRS_H

#include "llb/Engine/UnpackLimits.h"
#include "llb/Support/Digest.h"

#include <llvm/Support/Error.h>
#include <memory>
#include <string>

namespace llb::engine {

class ImageDirs {
public:
  explicit ImageDirs(const UnpackLimits &limits);
  ~ImageDirs();

  /// Lays a layer, compressed or not, over those before, as unpacking does.
  /// Returns the digest of its tar, the diff id.
  llvm::Expected<Digest> addLayer(int fd);

  /// The `dirs` of an image lock: `[{"path","type","mode","uid","gid",
  /// "xattrs"}]` in the order of the paths, the root first. What has its usual
  /// value is left out: `type` dir, ids 0, `xattrs` false.
  std::string json() const;

private:
  class Listing;

  UnpackLimits limits;
  std::unique_ptr<Listing> listing;
};

} // namespace llb::engine

#endif
