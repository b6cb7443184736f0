// SPDX-License-Identifier: Apache-2.0
//
// Times as one number.
#ifndef LLB_SUPPORT_NANOSECONDS_H
#define LLB_SUPPORT_NANOSECONDS_H

#include <cstdint>
#include <ctime>

namespace llb {

/// Nanoseconds since 1970. Before 1678 and after 2262, where files may be from
/// all the same, they wrap round as those of Go's Time.UnixNano do.
inline int64_t nanosecondsOf(int64_t seconds, int64_t rest = 0) {
  constexpr uint64_t second = 1'000'000'000;
  return static_cast<int64_t>(static_cast<uint64_t>(seconds) * second +
                              static_cast<uint64_t>(rest));
}
inline int64_t nanosecondsOf(const timespec &time) {
  return nanosecondsOf(time.tv_sec, time.tv_nsec);
}

} // namespace llb

#endif
