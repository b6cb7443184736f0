// SPDX-License-Identifier: Apache-2.0
//
// One wording for both.
#include "llb/Engine/UnpackLimits.h"

#include "llb/Support/Errors.h"

namespace llb::engine {

static llvm::Error check(uint64_t count, uint64_t limit, const char *what,
                         const char *option) {
  if (count <= limit)
    return llvm::Error::success();
  return textError("more than " + std::to_string(limit) + " " + what +
                   "; raise " + option + " if that is meant");
}

llvm::Error UnpackLimits::checkBytes(uint64_t count) const {
  return check(count, bytes, "bytes when unpacked", "--max-unpacked-bytes");
}

llvm::Error UnpackLimits::checkEntries(uint64_t count) const {
  return check(count, entries, "entries", "--max-unpacked-entries");
}

} // namespace llb::engine
