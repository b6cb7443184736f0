// SPDX-License-Identifier: Apache-2.0
//
// The rules of LLB (docs/LanguageReference.md). An error is what BuildKit
// v0.32.2 refuses or runs differently than written; a warning is what it
// accepts but no client of its own makes.
#ifndef LLB_IR_VERIFIER_H
#define LLB_IR_VERIFIER_H

#include "llb/IR/Module.h"
#include "llb/IR/Text.h"
#include "llb/Support/DiagEngine.h"

#include <llvm/Support/LogicalResult.h>

namespace llb::ir {

/// Checks every rule and reports each violation, at its place in the text if
/// `places` has one, else with the operation's number and digest. Fails if
/// there was an error. Linear in the size of the module.
llvm::LogicalResult verify(const Module &module, DiagEngine &diags,
                           const NodePlaces &places = {});

} // namespace llb::ir

#endif
