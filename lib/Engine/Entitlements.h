// SPDX-License-Identifier: Apache-2.0
//
// What an exec operation may only have if whoever builds has granted it.
#ifndef LLB_ENGINE_ENTITLEMENTS_H
#define LLB_ENGINE_ENTITLEMENTS_H

#include "llb/IR/Ops.h"

#include <llvm/Support/Error.h>
#include <set>
#include <string>

namespace llb::engine {

/// Fails if `exec` asks for what is not among `granted`, or for a device that
/// must be there: the engine has none (BuildKit v0.32.2, ValidateEntitlements).
llvm::Error checkExec(const ir::Exec &exec,
                      const std::set<std::string> &granted);

} // namespace llb::engine

#endif
