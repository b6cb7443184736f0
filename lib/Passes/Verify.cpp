// SPDX-License-Identifier: Apache-2.0
//
// The pass `verify`.
//
// Problem. A module may come from another client, from hand-written text or
// from a pass with a fault, and a daemon finds most faults only when it gets
// to the operation, minutes into a build.
//
// Example. `%1 = merge %a` is refused: a merge of one value is that value.
//
// Algorithm. One sweep over the operations with a check per kind
// (lib/IR/Verifier.cpp); docs/LanguageReference.md lists the rules.
//
// Legality. Changes nothing.
//
// Cost. Linear in the size of the module; operations that came with bytes of
// their own are encoded once more to compare.
#include "llb/IR/Verifier.h"
#include "llb/Passes/Pass.h"

namespace llb::passes {

llvm::LogicalResult VerifyPass::run(ir::Module &module, PassContext &context) {
  context.count("operations checked", module.nodes.size());
  return ir::verify(module, context.diags, context.places);
}

} // namespace llb::passes
