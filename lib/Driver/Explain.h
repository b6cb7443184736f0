// SPDX-License-Identifier: Apache-2.0
//
// What tools print of a module besides the module itself.
#ifndef LLB_DRIVER_EXPLAIN_H
#define LLB_DRIVER_EXPLAIN_H

#include "llb/IR/Module.h"

#include <llvm/Support/raw_ostream.h>

namespace llb::driver {

/// `sha256:… Dockerfile:3 [2/4] COPY a b` an operation, `open` behind a key
/// that does not stand for one content.
void printKeysText(const ir::Module &module, llvm::raw_ostream &out);
/// `{"keys":[{"key","digest","line","step","open"}]}`; `digest` is that of the
/// operation, by which a daemon knows it.
void printKeysJson(const ir::Module &module, llvm::raw_ostream &out);

} // namespace llb::driver

#endif
