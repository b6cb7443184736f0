// SPDX-License-Identifier: Apache-2.0
//
// The project's version comes from CMakeLists.txt.
#include "llb/Driver/Version.h"

namespace llb::driver {

void printVersion(std::string_view tool, llvm::raw_ostream &out) {
  out << tool << ' ' << LLB_VERSION
      << " (LLB and Dockerfile frontend of BuildKit " << buildkitVersion
      << ")\n";
}

ToolInfo llbcInfo() { return {"llbc", LLB_VERSION}; }

} // namespace llb::driver
