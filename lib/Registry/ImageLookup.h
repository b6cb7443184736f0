// SPDX-License-Identifier: Apache-2.0
//
// From what a reference names to the image of one platform, wherever it lies.
#ifndef LLB_REGISTRY_IMAGELOOKUP_H
#define LLB_REGISTRY_IMAGELOOKUP_H

#include "llb/Registry/Client.h"

#include <functional>

namespace llb::registry {

inline constexpr size_t maxManifestBytes = size_t(4) << 20;

enum class BlobKind { Manifest, Config };

/// Fetches content by digest, verified and at most so long.
using FetchVerified = std::function<std::optional<std::string>(
    BlobKind kind, const std::string &digest, size_t maxBytes,
    std::string &error)>;

/// Reads the image for `platform` behind the manifest or index `body`; `name`
/// is what messages call it. Nothing that it says is believed.
bool readImage(const std::string &name, const std::string &body,
               const PlatformSpec &platform, const FetchVerified &fetch,
               ImageManifest &result, std::string &error);

} // namespace llb::registry

#endif
