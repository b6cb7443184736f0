// SPDX-License-Identifier: Apache-2.0
//
// What `buildctl debug dump-llb` prints (BuildKit v0.32.2), from a module or
// straight from a serialised Definition, which needs memory for a few hundred
// operations at a time. Long ones are printed on several threads; what is
// printed is the same.
#ifndef LLB_IR_JSONDUMP_H
#define LLB_IR_JSONDUMP_H

#include "llb/IR/Module.h"
#include "llb/Support/DiagEngine.h"

#include <llvm/Support/LogicalResult.h>
#include <llvm/Support/raw_ostream.h>

namespace llb::ir {

/// One line of JSON per operation of `result`.
void dumpJson(const Module &module, const Result &result,
              llvm::raw_ostream &out);
/// The graph in dot's language.
void dumpDot(const Module &module, const Result &result,
             llvm::raw_ostream &out);

/// The same from a serialised Definition, streaming.
llvm::LogicalResult dumpJson(std::string_view definition,
                             llvm::raw_ostream &out, DiagEngine &diags);
llvm::LogicalResult dumpDot(std::string_view definition, llvm::raw_ostream &out,
                            DiagEngine &diags);

/// `{"locations":{digest: {...}}}` plus infos, of Definition.source, as Go's
/// encoding/json prints pb.Source; for `--emit=bundle`.
void dumpSourceJson(const Module &module, const Result &result,
                    llvm::raw_ostream &out);

/// One result as BuildKit's request `frontend.convertllb` answers it, without
/// indentation.
std::string convertJson(const Module &module, const Result &result);

} // namespace llb::ir

#endif
