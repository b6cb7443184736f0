// SPDX-License-Identifier: Apache-2.0
//
// index.json of a directory in the OCI layout: which of its blobs is an image,
// by names, as BuildKit's client keeps it (v0.32.2, client/ociindex).
#ifndef LLB_SUPPORT_LAYOUTINDEX_H
#define LLB_SUPPORT_LAYOUTINDEX_H

#include "llb/Support/GoJson.h"

#include <string>
#include <vector>

namespace llb {

/// The index of the layout `directory`: an object with the member `manifests`,
/// a list or null. Returns what is wrong, empty if nothing.
std::string readLayoutIndex(const std::string &directory, go::JsonValue &index);

/// The annotation `key` of a descriptor, empty if it has none.
std::string annotationOf(const go::JsonValue &descriptor, const char *key);

/// The digest of what is called `tag` in the layout `directory`. Returns what
/// is wrong, empty if nothing.
std::string findInLayout(const std::string &directory, const std::string &tag,
                         std::string &digest);

/// What an index had before something was named in it.
struct LayoutBefore {
  /// Digests of what had the name.
  std::vector<std::string> replaced;
  /// There is something else, too.
  bool hasOthers = false;
};

/// Calls the blob that `descriptor`, a JSON object, describes `tag`, in place
/// of what was called so. Others that do the same are waited for. Returns what
/// is wrong, empty if nothing: then the index is as it was. `before`, if not
/// null, gets what was there.
std::string nameInLayout(const std::string &directory, const std::string &tag,
                         const std::string &descriptor,
                         LayoutBefore *before = nullptr);

} // namespace llb

#endif
