// SPDX-License-Identifier: Apache-2.0
//
// The ids of Checks.def, the build checks.
#ifndef LLB_SUPPORT_CHECKDIAGS_H
#define LLB_SUPPORT_CHECKDIAGS_H

#include "llb/Support/Diagnostics.h"

namespace llb::diag {

enum CheckDiag : DiagId {
  FirstCheckDiag = firstOf(Area::Check) - 1,
#define LLB_CHECK(Id, Slug, Experimental, Format, Description) Id,
#include "llb/Support/Checks.def"
};

} // namespace llb::diag

#endif
