// SPDX-License-Identifier: Apache-2.0
//
// From text to a BuildFile, for every language with Docker's statements.
#ifndef LLB_FRONTEND_COMMON_BUILDFILEREADER_H
#define LLB_FRONTEND_COMMON_BUILDFILEREADER_H

#include "Dialect.h"
#include "RawStmt.h"
#include "llb/AST/BuildFile.h"

#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/Support/LogicalResult.h>
#include <llvm/Support/raw_ostream.h>

namespace llb::frontend {

/// Looks at the words of a statement before it is built. An error among the
/// messages it adds takes the place of what is wrong with the statement.
using WordCheck =
    llvm::function_ref<void(const RawStmt &, std::vector<Diagnostic> &)>;

/// parseDockerfile of Frontend.h, in any dialect.
llvm::LogicalResult readBuildFile(std::string_view text,
                                  std::string_view filename,
                                  const Dialect &dialect, WordCheck checkWords,
                                  ast::BuildFile &result, DiagEngine &diags);

/// parseTrigger of Frontend.h, in any dialect.
llvm::FailureOr<ast::Stmt> readTrigger(std::string_view text, LineRange lines,
                                       llvm::SMRange range,
                                       const Dialect &dialect,
                                       DiagEngine &diags);

/// dumpTokens of Frontend.h, in any dialect.
void dumpBuildFileTokens(std::string_view text, const Dialect &dialect,
                         llvm::raw_ostream &out, DiagEngine &diags);

} // namespace llb::frontend

#endif
