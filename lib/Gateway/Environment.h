// SPDX-License-Identifier: Apache-2.0
//
// What BuildKit tells a frontend before it says a word: variables of the
// environment (v0.32.2, frontend/gateway).
#ifndef LLB_GATEWAY_ENVIRONMENT_H
#define LLB_GATEWAY_ENVIRONMENT_H

#include <map>
#include <string>

namespace llb::gateway {

struct Environment {
  /// Frontend options.
  std::map<std::string, std::string> opts;
  std::string session;

  /// Reads `NAME=VALUE` lines as `environ` has them.
  static Environment read(const char *const *variables);
};

/// The last component of an image's name, without tag and digest.
std::string imageBaseName(const std::string &ref);

} // namespace llb::gateway

#endif
