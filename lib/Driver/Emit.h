// SPDX-License-Identifier: Apache-2.0
//
// Writes what was lowered in the form that was asked for.
#ifndef LLB_DRIVER_EMIT_H
#define LLB_DRIVER_EMIT_H

#include "llb/Driver/Options.h"
#include "llb/Lower/Lower.h"

namespace llb::driver {

/// Every kind but tokens, ast and bundle, which need more than `lowered`. An
/// answer to `--call` is written as text whatever the kind.
llvm::LogicalResult emit(const lower::Lowered &lowered, const Options &options,
                         DiagEngine &diags, llvm::raw_ostream &out);

} // namespace llb::driver

#endif
