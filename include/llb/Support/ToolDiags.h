// SPDX-License-Identifier: Apache-2.0
//
// The ids of ToolDiags.def: what llbc and the IR's tools say of files, options
// and contexts.
#ifndef LLB_SUPPORT_TOOLDIAGS_H
#define LLB_SUPPORT_TOOLDIAGS_H

#include "llb/Support/Diagnostics.h"

namespace llb::diag {

enum ToolDiag : DiagId {
  FirstToolDiag = firstOf(Area::Tool) - 1,
#define LLB_DIAG(Id, Severity, Format) Id,
#include "llb/Support/ToolDiags.def"
};

} // namespace llb::diag

#endif
