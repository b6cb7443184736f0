// SPDX-License-Identifier: Apache-2.0
//
// Types and attributes are the daemon's business, but for those of a directory
// here.
#include "CacheOption.h"

#include "Assignment.h"
#include "llb/Support/GoText.h"

namespace llb::driver {

std::string readCacheOption(const std::string &text,
                            const std::string &directoryKey,
                            std::vector<CachePlace> &caches) {
  auto fields = go::parseCsv(text);
  if (!fields.ok())
    return fields.error;
  CachePlace cache;
  for (const std::string &field : fields.value) {
    Assignment entry = splitAssignment(field);
    if (!entry.hasValue && fields.value.size() == 1) {
      cache.type = "registry";
      cache.attrs["ref"] = field;
    } else if (!entry.hasValue) {
      return "'" + field + "' is not KEY=VALUE";
    } else if (entry.key == "type") {
      cache.type = entry.value;
    } else {
      cache.attrs[entry.key] = entry.value;
    }
  }
  if (cache.type.empty())
    return "it has no type; add type=registry or another of BuildKit's";
  if (cache.type == "local" && !cache.attrs.contains(directoryKey))
    return "a local cache is in a directory; add " + directoryKey + "=DIR";
  if (cache.type == "local" && cache.attrs.contains("reset"))
    return "reset is not known here; remove the directory to be rid of old "
           "blobs";
  caches.push_back(std::move(cache));
  return "";
}

} // namespace llb::driver
