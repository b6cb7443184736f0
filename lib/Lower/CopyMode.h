// SPDX-License-Identifier: Apache-2.0
//
// The value of `--chmod`: octal, or symbolic as chmod(1) takes it. What the
// symbols do is up to whoever executes the copy; here only their grammar counts
// (tonistiigi/dchapes-mode).
#ifndef LLB_LOWER_COPYMODE_H
#define LLB_LOWER_COPYMODE_H

#include <cstdint>
#include <string>
#include <string_view>

namespace llb::lower {

struct CopyMode {
  enum class Status { Good, NotOctal, BadSyntax };

  /// As a copy carries it: -1 keeps the source's mode.
  int32_t mode = -1;
  /// Symbolic; `mode` is 0 then.
  std::string symbolic;

  static Status parse(std::string_view text, CopyMode &result);
};

} // namespace llb::lower

#endif
