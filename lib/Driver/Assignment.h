// SPDX-License-Identifier: Apache-2.0
//
// Option values of the form KEY=VALUE.
#ifndef LLB_DRIVER_ASSIGNMENT_H
#define LLB_DRIVER_ASSIGNMENT_H

#include <string>
#include <string_view>

namespace llb::driver {

struct Assignment {
  std::string key;
  std::string value;
  /// Whether there was a `=`.
  bool hasValue = false;
};

inline Assignment splitAssignment(std::string_view text) {
  size_t equals = text.find('=');
  Assignment result{std::string(text.substr(0, equals)), "",
                    equals != std::string_view::npos};
  if (result.hasValue)
    result.value = text.substr(equals + 1);
  return result;
}

} // namespace llb::driver

#endif
