// SPDX-License-Identifier: Apache-2.0
//
// The ids of BuildDiags.def: what goes wrong while an image is made.
#ifndef LLB_SUPPORT_BUILDDIAGS_H
#define LLB_SUPPORT_BUILDDIAGS_H

#include "llb/Support/Diagnostics.h"

namespace llb::diag {

enum BuildDiag : DiagId {
  FirstBuildDiag = firstOf(Area::Build) - 1,
#define LLB_DIAG(Id, Severity, Format) Id,
#include "llb/Support/BuildDiags.def"
};

} // namespace llb::diag

#endif
