// SPDX-License-Identifier: Apache-2.0
//
// The text form, `.llb.txt` (docs/LanguageReference.md).
#ifndef LLB_IR_TEXT_H
#define LLB_IR_TEXT_H

#include "llb/IR/Module.h"
#include "llb/Support/DiagEngine.h"

#include <llvm/Support/LogicalResult.h>
#include <llvm/Support/raw_ostream.h>

namespace llb::ir {

struct PrintOptions {
  /// Descriptions, caps, progress groups and the like.
  bool metadata = true;
  /// `!loc(Dockerfile:2)` and the source files they name.
  bool locations = true;
};

void printModule(const Module &module, const PrintOptions &options,
                 llvm::raw_ostream &out);

/// Reads the text form from one of `diags`' buffers, going on after an error.
llvm::FailureOr<Module> parseModule(std::string_view text, DiagEngine &diags);

} // namespace llb::ir

#endif
