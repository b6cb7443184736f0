// SPDX-License-Identifier: Apache-2.0
//
// The filters of a directory that is known do not matter, only what readers get
// of it.
#include "llb/Diff/Side.h"

#include "llb/Support/ToolDiags.h"

namespace llb::diff {

llvm::FailureOr<Side> readSide(ir::Module module, context::Locals &locals,
                               DiagEngine &diags) {
  auto contents = locals.find(module, diags);
  if (failed(contents))
    return llvm::failure();
  cachekey::KnownContent known;
  known.locals = std::move(*contents);
  for (const context::Contents *local : known.locals)
    known.wanted.push_back(local == nullptr);
  auto keys = cachekey::readAndComputeKeys(module, known, diags);
  if (failed(keys))
    return llvm::failure();
  for (const cachekey::ReadFailure &failure : keys->failures)
    diags.report(diag::ContextSelection, {}, failure.context, failure.text);
  return Side{std::move(module), std::move(known.locals), std::move(*keys)};
}

} // namespace llb::diff
