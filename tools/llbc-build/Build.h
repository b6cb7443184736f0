// SPDX-License-Identifier: Apache-2.0
//
// Building with the embedded engine.
#ifndef LLBC_BUILD_H
#define LLBC_BUILD_H

#include "llb/Driver/Driver.h"

namespace llbc {

/// Builds the job's images and writes them in the form that is asked for.
llvm::LogicalResult build(const llb::driver::BuildJob &job);

} // namespace llbc

#endif
