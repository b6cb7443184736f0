// SPDX-License-Identifier: Apache-2.0
//
// The ids of PassesDiags.def: pipelines of passes.
#ifndef LLB_SUPPORT_PASSESDIAGS_H
#define LLB_SUPPORT_PASSESDIAGS_H

#include "llb/Support/Diagnostics.h"

namespace llb::diag {

enum PassesDiag : DiagId {
  FirstPassesDiag = firstOf(Area::Passes) - 1,
#define LLB_DIAG(Id, Severity, Format) Id,
#include "llb/Support/PassesDiags.def"
};

} // namespace llb::diag

#endif
