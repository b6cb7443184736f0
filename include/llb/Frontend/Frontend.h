// SPDX-License-Identifier: Apache-2.0
//
// From text to AST.
#ifndef LLB_FRONTEND_FRONTEND_H
#define LLB_FRONTEND_FRONTEND_H

#include "llb/AST/BuildFile.h"

#include <llvm/Support/LogicalResult.h>
#include <llvm/Support/raw_ostream.h>

namespace llb::frontend {

/// Parses a Dockerfile that is one of `diags`' buffers. Parsing goes on after
/// an error; the first one reported is the one BuildKit v0.32.2 stops at, with
/// its wording and places. The result is always filled as far as it could be
/// read; failure means that errors were reported.
llvm::LogicalResult parseDockerfile(std::string_view text,
                                    std::string_view filename,
                                    ast::BuildFile &result, DiagEngine &diags);

/// Parses one ONBUILD trigger taken from an image config or a stage. Places of
/// errors and statements are `lines` and `range`, those of the FROM that
/// brought it in.
llvm::FailureOr<ast::Stmt> parseTrigger(std::string_view text,
                                        LineRange lines, llvm::SMRange range,
                                        DiagEngine &diags);

/// Prints the tokens of a Dockerfile, one a line: `line:column KIND "text"`.
void dumpDockerfileTokens(std::string_view text, llvm::raw_ostream &out,
                          DiagEngine &diags);

} // namespace llb::frontend

#endif
