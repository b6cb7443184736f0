// SPDX-License-Identifier: Apache-2.0
//
// Fetches a file by HTTP.
#ifndef LLB_REGISTRY_DOWNLOAD_H
#define LLB_REGISTRY_DOWNLOAD_H

#include "llb/Support/Hasher.h"

#include <optional>

namespace llb::registry {

struct Download {
  Digest digest;
  /// Seconds since 1970 of the Last-Modified header.
  std::optional<int64_t> lastModified;
};

/// Writes what `url` delivers to `fd`; nothing, with `error` set, on failure.
/// Connections that cannot be made are tried again.
std::optional<Download> download(const std::string &url, int fd,
                                 std::string &error);

} // namespace llb::registry

#endif
