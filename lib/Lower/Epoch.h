// SPDX-License-Identifier: Apache-2.0
//
// SOURCE_DATE_EPOCH (BuildKit v0.32.2, dockerfile2llb epoch.go).
#ifndef LLB_LOWER_EPOCH_H
#define LLB_LOWER_EPOCH_H

#include "State.h"

namespace llb::lower {

/// Sets `context.epoch` from the build argument or global ARG, and replaces the
/// argument by what was resolved, or removes it.
llvm::LogicalResult resolveEpoch(LowerContext &context);

} // namespace llb::lower

#endif
