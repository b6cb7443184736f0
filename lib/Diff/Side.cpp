// SPDX-License-Identifier: Apache-2.0
//
// The filters of a directory that is known do not matter, only what readers get
// of it.
#include "llb/Diff/Side.h"

namespace llb::diff {

llvm::FailureOr<Side> readSide(ir::Module module, context::Locals &locals,
                               DiagEngine &diags) {
  auto known = cachekey::KnownContent::of(module, locals, diags);
  if (failed(known))
    return llvm::failure();
  known->leaveLocalsOut();
  auto keys = cachekey::readAndComputeKeys(module, *known, diags);
  if (failed(keys))
    return llvm::failure();
  cachekey::warnOfFailures(*keys, diags);
  return Side{std::move(module), std::move(known->locals), std::move(*keys)};
}

} // namespace llb::diff
