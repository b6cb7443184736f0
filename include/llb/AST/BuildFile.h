// SPDX-License-Identifier: Apache-2.0
//
// A whole build file: directives, global arguments, stages. A file with errors
// still has one, holding what could be read.
#ifndef LLB_AST_BUILDFILE_H
#define LLB_AST_BUILDFILE_H

#include "llb/AST/Stmt.h"

namespace llb::ast {

/// `# name=value` at the top of the file.
struct Directive {
  /// Lower case: `syntax`, `escape`, `check`.
  std::string name;
  std::string value;
  unsigned line = 0;
  llvm::SMRange range;
};

struct Stage {
  FromStmt from;
  std::vector<Stmt> stmts;
};

/// An instruction that had a blank continuation line (NoEmptyContinuation);
/// BuildKit reports it at the last line of the instruction.
struct EmptyContinuation {
  LineRange lines;
  llvm::SMRange range;
};

struct BuildFile {
  /// The name shown to people and written to the source map.
  std::string filename;
  /// The whole text; owned by the SourceMgr.
  std::string_view text;
  /// The language, as far as it matters after parsing: for messages.
  Vocabulary words = Vocabulary::Docker;
  std::vector<Directive> directives;
  /// The escape character: a backslash, or a backtick.
  char escape = '\\';
  /// ARG statements before the first FROM.
  std::vector<ArgStmt> globalArgs;
  std::vector<Stage> stages;
  std::vector<EmptyContinuation> emptyContinuations;
  /// Whether there was no error at all.
  bool sound = true;
  /// How many statements, global arguments and FROM included, came before the
  /// first error in file order: what BuildKit's checks got to see. The whole
  /// file's count if there was none; 0 if the lines did not parse.
  size_t soundStmts = 0;
  /// The statement with that first error, as far as it could be read: BuildKit
  /// runs the checks of a MAINTAINER and of a FROM's casing before it finds the
  /// statement to be wrong. A FROM has `asWord` if it has three or more
  /// arguments and `nameAsWritten` if it has three. Nothing for other
  /// statements, and if the lines did not parse.
  std::optional<Stmt> faultyStmt;
};

} // namespace llb::ast

#endif
