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

/// Where the nodes of a parsed module stand in their text.
struct NodePlace {
  /// The mnemonic, or `return`.
  llvm::SMRange op;
  /// The mounts of an exec and the actions of a file operation, in order.
  std::vector<llvm::SMRange> parts;
};
/// One entry a node; empty for modules that were not read from text.
using NodePlaces = std::vector<NodePlace>;

/// Reads the text form from one of `diags`' buffers, going on after an error.
/// `places`, if not null, receives one entry a node.
llvm::FailureOr<Module> parseModule(std::string_view text, DiagEngine &diags,
                                    NodePlaces *places = nullptr);

} // namespace llb::ir

#endif
