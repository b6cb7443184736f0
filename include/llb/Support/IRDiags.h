// SPDX-License-Identifier: Apache-2.0
//
// The ids of IRDiags.def: what the IR's readers and its verifier find wrong.
#ifndef LLB_SUPPORT_IRDIAGS_H
#define LLB_SUPPORT_IRDIAGS_H

#include "llb/Support/Diagnostics.h"

namespace llb::diag {

enum IRDiag : DiagId {
  FirstIRDiag = firstOf(Area::IR) - 1,
#define LLB_DIAG(Id, Severity, Format) Id,
#include "llb/Support/IRDiags.def"
};

} // namespace llb::diag

#endif
