// SPDX-License-Identifier: Apache-2.0
//
// Credential helpers: programs named docker-credential-NAME.
#ifndef LLB_REGISTRY_HELPER_H
#define LLB_REGISTRY_HELPER_H

#include <optional>
#include <string>

namespace llb::registry {

/// Runs `docker-credential-NAME get` with `key` on its input and returns what
/// it prints; nothing if it knows no such key. Sets `error` if it cannot be
/// run or fails otherwise.
std::optional<std::string>
askHelper(const std::string &name, const std::string &key, std::string &error);

} // namespace llb::registry

#endif
