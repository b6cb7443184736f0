// SPDX-License-Identifier: Apache-2.0
//
// What each language of the table tells about itself. The claims are asked in
// three rounds, all languages in each: what the `#syntax=` line names, what the
// file is called, what it looks like.
#ifndef LLB_FRONTEND_FRONTENDS_H
#define LLB_FRONTEND_FRONTENDS_H

#include "llb/Frontend/Frontend.h"

namespace llb::frontend {

struct Frontend {
  /// `image` of a `#syntax=` line, without tag and digest, is a frontend of
  /// this language.
  bool (*isSyntax)(std::string_view image);
  /// `name`, a last path component in lower case, is one of this language.
  bool (*isName)(std::string_view name);
  /// `text` can hardly be anything else.
  bool (*isContent)(std::string_view text);
  llvm::LogicalResult (*parse)(std::string_view text, std::string_view filename,
                               const ParseOptions &options,
                               ast::SourceUnit &result, DiagEngine &diags);
  /// Null: triggers are read as Dockerfiles read them.
  llvm::FailureOr<ast::Stmt> (*parseTrigger)(std::string_view text,
                                             LineRange lines,
                                             llvm::SMRange range,
                                             DiagEngine &diags) = nullptr;
  void (*dumpTokens)(std::string_view text, const ParseOptions &options,
                     llvm::raw_ostream &out, DiagEngine &diags);
};

#define LLB_FRONTEND(Name, Flag, Title) extern const Frontend Name##Frontend;
#include "llb/Frontend/Frontends.def"

/// Whether `name` is `word`, `word` and an extension (`dockerfile.prod`), or
/// has it for an extension (`prod.dockerfile`).
bool isNamed(std::string_view name, std::string_view word);

} // namespace llb::frontend

#endif
