// SPDX-License-Identifier: Apache-2.0
//
// What `--version` says.
#ifndef LLB_DRIVER_VERSION_H
#define LLB_DRIVER_VERSION_H

#include "llb/Support/DiagPrinter.h"

#include <llvm/Support/raw_ostream.h>
#include <string_view>

namespace llb::driver {

/// The BuildKit release whose behaviour is reproduced.
inline constexpr std::string_view buildkitVersion = "v0.32.2";

/// `TOOL VERSION (LLB and Dockerfile frontend of BuildKit v0.32.2)`.
void printVersion(std::string_view tool, llvm::raw_ostream &out);

/// llbc as it signs what it reports.
ToolInfo llbcInfo();

} // namespace llb::driver

#endif
