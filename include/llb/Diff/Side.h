// SPDX-License-Identifier: Apache-2.0
//
// One of the two modules that are compared, with what its local sources hold.
#ifndef LLB_DIFF_SIDE_H
#define LLB_DIFF_SIDE_H

#include "llb/CacheKey/CacheKey.h"

namespace llb::diff {

struct Side {
  ir::Module module;
  /// Null where a directory is not known. The keys of those that are known are
  /// left empty: whoever reads them has the content in its own.
  context::LocalContents locals;
  cachekey::Keys keys;
};

/// Reads what the steps of `module` take of `locals`, which must outlive the
/// side. Says what cannot be read and what readers will not find.
llvm::FailureOr<Side> readSide(ir::Module module, context::Locals &locals,
                               DiagEngine &diags);

} // namespace llb::diff

#endif
