// SPDX-License-Identifier: Apache-2.0
//
// The name of a store is made of its directory, so that operations are the same
// each time.
#include "OciContext.h"

#include "llb/Support/Digest.h"
#include "llb/Support/Hasher.h"
#include "llb/Support/LayoutIndex.h"

namespace llb::driver {
static constexpr std::string_view scheme = "oci-layout://";

bool isOciContext(const std::string &value) {
  return value.starts_with(scheme);
}

std::string readOciContext(std::string &value,
                           std::map<std::string, std::string> &layouts) {
  std::string dir = value.substr(scheme.size());
  std::string tag = "latest", digest;
  if (size_t at = dir.find('@'); at != std::string::npos) {
    digest = dir.substr(at + 1);
    dir.resize(at);
  }
  if (size_t colon = dir.find(':'); colon != std::string::npos) {
    tag = dir.substr(colon + 1);
    dir.resize(colon);
  }
  if (digest.empty())
    if (std::string error = findInLayout(dir, tag, digest); !error.empty())
      return error;
  if (!Digest::parse(digest))
    return "'" + digest + "' is not a SHA-256 digest";
  constexpr size_t idLength = 25;
  std::string store = hexDigits(Digest::of(dir)).substr(0, idLength);
  layouts[store] = dir;
  value = std::string(scheme) + store + ":" + tag + "@" + digest;
  return "";
}

} // namespace llb::driver
