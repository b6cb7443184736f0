// SPDX-License-Identifier: Apache-2.0
//
// Renders collected diagnostics for people (as clang does) and for machines.
#ifndef LLB_SUPPORT_DIAGPRINTER_H
#define LLB_SUPPORT_DIAGPRINTER_H

#include "llb/Support/DiagEngine.h"

#include <llvm/Support/raw_ostream.h>

namespace llb {

enum class DiagFormat { Text, Json, Sarif };

/// Who reports; SARIF names it.
struct ToolInfo {
  std::string_view name;
  std::string_view version;
};

/// Prints every diagnostic in the order of reporting: `file:line:col: error:
/// message [tag]`, the source line, a caret, notes and fix-its. Colours only if
/// `out` is a terminal. A very long source line is cut around the caret. Of
/// more than `limit` the rest is only counted.
void printDiagnostics(const DiagEngine &diags, llvm::raw_ostream &out,
                      size_t limit = SIZE_MAX);

/// Prints one JSON array of `{"id","severity","message","file","range",...}`.
/// Lines and columns count from 1, columns in bytes; `rule`, `url` and
/// `description` are there for build checks only.
void printDiagnosticsJson(const DiagEngine &diags, llvm::raw_ostream &out);

/// Prints one SARIF 2.1.0 log with one run, even if there is nothing to tell.
/// Notes become related locations, fix-its one fix.
void printDiagnosticsSarif(const DiagEngine &diags, const ToolInfo &tool,
                           llvm::raw_ostream &out);

void printDiagnostics(const DiagEngine &diags, DiagFormat format,
                      const ToolInfo &tool, llvm::raw_ostream &out);

/// For `--check`: everything else first, then the findings of each build check
/// under its description and page, in the order of their first places, and how
/// many there are.
void printFindings(const DiagEngine &diags, llvm::raw_ostream &out);

} // namespace llb

#endif
