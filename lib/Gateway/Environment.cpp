// SPDX-License-Identifier: Apache-2.0
//
// Options are numbered variables in no order, each `key=value`.
#include "Environment.h"

#include <string_view>

namespace llb::gateway {

Environment Environment::read(const char *const *variables) {
  constexpr std::string_view optionPrefix = "BUILDKIT_FRONTEND_OPT_";
  constexpr std::string_view sessionPrefix = "BUILDKIT_SESSION_ID=";
  Environment result;
  for (; *variables; ++variables) {
    std::string_view variable = *variables;
    if (variable.starts_with(sessionPrefix)) {
      result.session = variable.substr(sessionPrefix.size());
      continue;
    }
    if (!variable.starts_with(optionPrefix))
      continue;
    size_t equals = variable.find('=');
    if (equals == std::string_view::npos)
      continue;
    std::string_view option = variable.substr(equals + 1);
    equals = option.find('=');
    std::string key(option.substr(0, equals));
    result.opts[key] =
        equals == std::string_view::npos ? "" : option.substr(equals + 1);
  }
  return result;
}

std::string imageBaseName(const std::string &ref) {
  std::string name = ref.substr(0, ref.find('@'));
  name.erase(0, name.rfind('/') + 1);
  return name.substr(0, name.find(':'));
}

} // namespace llb::gateway
