// SPDX-License-Identifier: Apache-2.0
//
// For targets of which the first byte of the input chooses what reads the rest.
#ifndef LLB_FUZZ_READERS_H
#define LLB_FUZZ_READERS_H

#include "Fuzz.h"

namespace llb::fuzz {

using Reader = void(std::string_view);

/// The whole of such a target; it reads nothing of an empty input.
template <size_t N>
int runReader(Reader *const (&readers)[N], const uint8_t *data, size_t size) {
  if (size > 0)
    readers[data[0] % N]({reinterpret_cast<const char *>(data) + 1, size - 1});
  return 0;
}

/// Unless this holds, a reader has refused its input without a reason.
inline void requireReason(bool good, const std::string &reason,
                          const char *why) {
  require(good || !reason.empty(), why);
}

} // namespace llb::fuzz

#endif
