// SPDX-License-Identifier: Apache-2.0
//
// Fetches a file by HTTP.
#ifndef LLB_REGISTRY_DOWNLOAD_H
#define LLB_REGISTRY_DOWNLOAD_H

#include "llb/Support/Hasher.h"

#include <atomic>
#include <optional>
#include <string>
#include <vector>

namespace llb::registry {

struct Download {
  Digest digest;
  /// Seconds since 1970 of the Last-Modified header.
  std::optional<int64_t> lastModified;
  /// The Content-Disposition header, as it came.
  std::string disposition;
};

/// Writes what `url` delivers to `fd`, asked for with these header lines;
/// nothing, with `error` set, on failure. A transfer that cannot begin or
/// breaks is tried again from the start; it ends as soon as `cancel`, if not
/// null, is set.
std::optional<Download> download(const std::string &url,
                                 const std::vector<std::string> &headers,
                                 int fd, const std::atomic<bool> *cancel,
                                 std::string &error);

} // namespace llb::registry

#endif
