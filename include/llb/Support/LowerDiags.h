// SPDX-License-Identifier: Apache-2.0
//
// The ids of LowerDiags.def: what keeps an AST from becoming LLB, and requests
// from being answered.
#ifndef LLB_SUPPORT_LOWERDIAGS_H
#define LLB_SUPPORT_LOWERDIAGS_H

#include "llb/Support/Diagnostics.h"

namespace llb::diag {

enum LowerDiag : DiagId {
  FirstLowerDiag = firstOf(Area::Lower) - 1,
#define LLB_DIAG(Id, Severity, Format) Id,
#include "llb/Support/LowerDiags.def"
};

} // namespace llb::diag

#endif
