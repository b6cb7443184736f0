// SPDX-License-Identifier: Apache-2.0
//
// The value of `--chmod`: see CopyMode.h. What starts with a digit was meant to
// be octal and is judged as such.
#include "CopyMode.h"

#include "llb/Support/GoText.h"

namespace llb::lower {

/// `[augo]*([-+=][rstwXxugo]*)+`, separated by commas.
static bool isSymbolic(std::string_view text) {
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of("augo"), text.size()));
    do {
      if (text.empty() ||
          std::string_view("+-=").find(text.front()) == std::string_view::npos)
        return false;
      text.remove_prefix(1);
      text.remove_prefix(
          std::min(text.find_first_not_of("rstwXxugo"), text.size()));
      if (text.empty())
        return true;
    } while (text.front() != ',');
    text.remove_prefix(1);
  }
}

CopyMode::Status CopyMode::parse(std::string_view text, CopyMode &result) {
  go::Parsed<uint64_t> octal = go::parseUint(text, 8, 32);
  if (octal.ok()) {
    result.mode = static_cast<int32_t>(octal.value);
    return octal.value > 07777 ? Status::NotOctal : Status::Good;
  }
  if (!text.empty() && text.front() >= '0' && text.front() <= '9')
    return Status::NotOctal;
  if (!isSymbolic(text))
    return Status::BadSyntax;
  result.mode = 0;
  result.symbolic = text;
  return Status::Good;
}

} // namespace llb::lower
