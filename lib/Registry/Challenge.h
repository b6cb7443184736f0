// SPDX-License-Identifier: Apache-2.0
//
// A `WWW-Authenticate` header.
#ifndef LLB_REGISTRY_CHALLENGE_H
#define LLB_REGISTRY_CHALLENGE_H

#include <optional>
#include <string>
#include <string_view>

namespace llb::registry {

struct Challenge {
  /// `bearer` or `basic`.
  std::string scheme;
  std::string realm;
  std::string service;
  std::string scope;

  /// Nothing for other schemes, or a bearer challenge without an HTTP realm.
  static std::optional<Challenge> parse(std::string_view header);
};

} // namespace llb::registry

#endif
