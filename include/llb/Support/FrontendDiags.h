// SPDX-License-Identifier: Apache-2.0
//
// The ids of FrontendDiags.def: what lexers, parsers and the AST find wrong.
#ifndef LLB_SUPPORT_FRONTENDDIAGS_H
#define LLB_SUPPORT_FRONTENDDIAGS_H

#include "llb/Support/Diagnostics.h"

namespace llb::diag {

enum FrontendDiag : DiagId {
  FirstFrontendDiag = firstOf(Area::Frontend) - 1,
#define LLB_DIAG(Id, Severity, Format) Id,
#include "llb/Support/FrontendDiags.def"
};

} // namespace llb::diag

#endif
