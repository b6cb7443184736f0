// SPDX-License-Identifier: Apache-2.0
//
// How much an archive may hold: a few bytes can unpack to more than a disk.
#ifndef LLB_ENGINE_UNPACKLIMITS_H
#define LLB_ENGINE_UNPACKLIMITS_H

#include <cstdint>
#include <llvm/Support/Error.h>

namespace llb::engine {

/// Of one archive of ADD or one layer of an image. Errors name the option that
/// raises the limit.
struct UnpackLimits {
  /// Of the tar, and of all its files with their holes.
  uint64_t bytes = uint64_t(64) << 30;
  uint64_t entries = 1000000;

  static UnpackLimits none() { return {UINT64_MAX, UINT64_MAX}; }
  llvm::Error checkBytes(uint64_t count) const;
  llvm::Error checkEntries(uint64_t count) const;
};

} // namespace llb::engine

#endif
