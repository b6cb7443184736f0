// SPDX-License-Identifier: Apache-2.0
//
// Single instructions: what all of them need, and one overload of
// `dispatchStmt` for each. An instruction's words are expanded with the
// environment from before it, all of them before anything is changed, since the
// first word that fails is the error (BuildKit v0.32.2, dockerfile2llb
// dispatch).
#ifndef LLB_LOWER_DISPATCH_H
#define LLB_LOWER_DISPATCH_H

#include "State.h"

namespace llb::lower {

/// One instruction on its way into a stage.
struct Dispatch {
  LowerContext &context;
  StageState &stage;
  const Command &command;
  const ast::StmtBase &stmt;

  /// Reports an error of this instruction; always fails.
  template <class... Args>
  llvm::LogicalResult error(DiagId id, const Args &...args) const {
    return context.error(stmt, id, args...);
  }

  /// The same, with the caret under `word`. A trigger is not in this file.
  template <class... Args>
  llvm::LogicalResult errorAt(std::string_view word, DiagId id,
                              const Args &...args) const {
    return command.onBuild ? error(id, args...)
                           : context.errorAt(stmt, word, id, args...);
  }

  /// Expands `word` with the stage's environment and warns of variables that
  /// neither it nor an ARG knows. `error` is set on failure.
  std::optional<std::string> expand(std::string_view word,
                                    std::string &error) const;
  /// Expands `word` in place; reports the failure.
  llvm::LogicalResult expand(std::string &word) const;
  llvm::LogicalResult expand(std::vector<std::string> &words) const;
  /// Expands the body of a heredoc: quotes are text, and the escape character
  /// is a backslash whatever the file says.
  llvm::LogicalResult expandBody(std::string &body) const;
  /// Counts `bytes` that this instruction made of its words. An eighth of the
  /// limit of all operations is too much for one of them: false, with `error`
  /// set.
  bool spend(size_t bytes, std::string &error) const;
  /// What was counted so far.
  mutable size_t spent = 0;

private:
  Expanded expandWith(std::string_view word,
                      const ExpandOptions &options) const;
};

/// `args` run by the stage's SHELL: joined to one string.
std::vector<std::string> withShell(const StageState &stage,
                                   const std::vector<std::string> &args);

/// Whether an ARG of this name is for BuildKit's scanner and never becomes a
/// variable.
bool isScanArg(std::string_view name);

#define LLB_STMT(Class, Docker, Ick)                                           \
  llvm::LogicalResult dispatchStmt(Dispatch &dispatch,                         \
                                   const ast::Class##Stmt &stmt);
#include "llb/AST/Stmts.def"

} // namespace llb::lower

#endif
