// SPDX-License-Identifier: Apache-2.0
//
// index.json of a directory in the OCI layout: which of its blobs is an image,
// by names, as BuildKit's client keeps it (v0.32.2, client/ociindex).
#ifndef LLB_SUPPORT_LAYOUTINDEX_H
#define LLB_SUPPORT_LAYOUTINDEX_H

#include <string>

namespace llb {

/// The digest of what is called `tag` in the layout `directory`. Returns what
/// is wrong, empty if nothing.
std::string findInLayout(const std::string &directory, const std::string &tag,
                         std::string &digest);

/// Calls the blob that `descriptor`, a JSON object, describes `tag`, in place
/// of what was called so. Others that do the same are waited for. Returns what
/// is wrong, empty if nothing: then the index is as it was.
std::string nameInLayout(const std::string &directory, const std::string &tag,
                         const std::string &descriptor);

} // namespace llb

#endif
