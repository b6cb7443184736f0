// SPDX-License-Identifier: Apache-2.0
//
// What passes say of their work: what was changed, at which line of the
// source, and what was not and why not. Texts are lines of Diagnostics.def.
#ifndef LLB_PASSES_REMARK_H
#define LLB_PASSES_REMARK_H

#include "llb/IR/Places.h"
#include "llb/Support/DiagEngine.h"

#include <llvm/Support/raw_ostream.h>

namespace llb::passes {

enum class RemarkKind {
  /// Something was changed.
  Passed,
  /// Something was left as it is that the pass is there for.
  Missed,
  /// Something was found out.
  Analysis,
};

struct Remark {
  RemarkKind kind;
  DiagId id;
  std::string pass;
  ir::SourceLine line;
  /// The step in a few words.
  std::string step;
  std::string message;
};

enum class RemarkFormat { None, Text, Yaml };

/// `Dockerfile:3: remark: TEXT [pass]` a line, the step standing where the
/// line is not known.
void printRemarksText(const std::vector<Remark> &remarks,
                      llvm::raw_ostream &out);

/// The documents that LLVM's -fsave-optimization-record writes: `--- !Passed`
/// with Pass, Name, DebugLoc, Function (the step) and Args.
void printRemarksYaml(const std::vector<Remark> &remarks,
                      llvm::raw_ostream &out);

} // namespace llb::passes

#endif
