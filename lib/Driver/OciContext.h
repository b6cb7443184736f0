// SPDX-License-Identifier: Apache-2.0
//
// Named contexts that are images in OCI layouts.
#ifndef LLB_DRIVER_OCICONTEXT_H
#define LLB_DRIVER_OCICONTEXT_H

#include <map>
#include <string>

namespace llb::driver {

/// Whether `value` of `--build-context NAME=VALUE` is `oci-layout://…`.
bool isOciContext(const std::string &value);

/// Makes `oci-layout://DIR[:TAG][@DIGEST]` what BuildKit's frontend is given
/// for it, a store and a digest, and adds the store to `layouts`, directories
/// by store. Returns what is wrong.
std::string readOciContext(std::string &value,
                           std::map<std::string, std::string> &layouts);

} // namespace llb::driver

#endif
