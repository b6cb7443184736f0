// SPDX-License-Identifier: Apache-2.0
//
// Renders collected diagnostics for people (as clang does) and for machines.
#ifndef LLB_SUPPORT_DIAGPRINTER_H
#define LLB_SUPPORT_DIAGPRINTER_H

#include "llb/Support/DiagEngine.h"

#include <llvm/Support/raw_ostream.h>

namespace llb {

enum class DiagFormat { Text, Json };

/// Prints every diagnostic in the order of reporting: `file:line:col: error:
/// message [tag]`, the source line, a caret, notes and fix-its. Colours only if
/// `out` is a terminal. A very long source line is cut around the caret.
void printDiagnostics(const DiagEngine &diags, llvm::raw_ostream &out);

/// Prints one JSON array of `{"id","severity","message","file","range",...}`.
/// Lines and columns count from 1, columns in bytes; `rule`, `url` and
/// `description` are there for build checks only.
void printDiagnosticsJson(const DiagEngine &diags, llvm::raw_ostream &out);

void printDiagnostics(const DiagEngine &diags, DiagFormat format,
                      llvm::raw_ostream &out);

} // namespace llb

#endif
