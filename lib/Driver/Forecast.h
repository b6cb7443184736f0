// SPDX-License-Identifier: Apache-2.0
//
// What a build would find in a store.
#ifndef LLB_DRIVER_FORECAST_H
#define LLB_DRIVER_FORECAST_H

#include "llb/Driver/Driver.h"

namespace llb::driver {

/// Writes of each step whether the store that the options name has its result.
/// `Dockerfile:3 [2/4] COPY a b: cached` a line, or as JSON
/// `{"steps":[{"platform","line","step","key","fate"}],"counts":{…}}`.
llvm::LogicalResult writeForecast(const lower::Lowered &lowered,
                                  const Options &options,
                                  const Capabilities &capabilities,
                                  DiagEngine &diags, llvm::raw_ostream &out);

} // namespace llb::driver

#endif
