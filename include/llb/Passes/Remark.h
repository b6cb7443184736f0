// SPDX-License-Identifier: Apache-2.0
//
// What passes say of their work: what was changed, at which line of the
// source, and what was not and why not. Texts are lines of Remarks.def.
#ifndef LLB_PASSES_REMARK_H
#define LLB_PASSES_REMARK_H

#include "llb/IR/Places.h"

#include <fmt/core.h>
#include <llvm/Support/raw_ostream.h>

namespace llb::passes {

/// One enumerator per line of Remarks.def.
enum class RemarkId : uint8_t {
#define LLB_REMARK(Id, Format) Id,
#include "llb/Passes/Remarks.def"
};

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
  RemarkId id;
  std::string pass;
  ir::SourceLine line;
  /// The step in a few words.
  std::string step;
  std::string message;
};

enum class RemarkFormat { None, Text, Yaml };

/// The text of a remark.
std::string formatRemark(RemarkId id, fmt::format_args args);

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
