// SPDX-License-Identifier: Apache-2.0
//
// Images in a directory in the OCI layout, read like those of a registry.
#ifndef LLB_REGISTRY_OCILAYOUT_H
#define LLB_REGISTRY_OCILAYOUT_H

#include "llb/Registry/Client.h"

#include <map>

namespace llb::registry {

class OciLayout {
public:
  explicit OciLayout(std::string path) : path(std::move(path)) {}

  /// The image that `ref` names by digest. Everything is verified and bounded
  /// in size. Nothing, with `error` set, on failure.
  std::optional<ImageManifest> fetchManifest(const Reference &ref,
                                             const PlatformSpec &platform,
                                             std::string &error) const;
  /// Writes a blob to `fd`, verified.
  bool fetchBlob(const Descriptor &blob, int fd, std::string &error) const;

  /// A whole blob, verified, if it is at most so long.
  std::optional<std::string> read(const std::string &digest, size_t maxBytes,
                                  std::string &error) const;

private:
  std::string path;
};

/// fetchManifest of the layout that is called `store` among `layouts`.
std::optional<ImageManifest>
fetchFromStore(const std::map<std::string, std::string> &layouts,
               const std::string &store, const Reference &ref,
               const PlatformSpec &platform, std::string &error);

} // namespace llb::registry

#endif
