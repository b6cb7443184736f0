// SPDX-License-Identifier: Apache-2.0
//
// What the statements of a build file share while they are read: their words,
// flags and place, and what is said when one is wrong.
#ifndef LLB_FRONTEND_COMMON_STMTFILLER_H
#define LLB_FRONTEND_COMMON_STMTFILLER_H

#include "StmtBuilder.h"

#include "llb/Support/FrontendDiags.h"
#include "llb/Support/Unicode.h"

namespace llb::frontend {

/// One statement on its way from words to AST.
class StmtFiller {
public:
  StmtFiller(RawStmt &raw, Args args, char escape, ast::Vocabulary words,
             Diagnostic &error)
      : raw(raw), line(*raw.line), args(std::move(args)), words(words),
        error(error) {
    for (const Word &word : raw.heads[0].flags)
      flags.push_back({flagText(word.text, escape), raw.place(word)});
  }

  /// False after a message in `error`.
  bool build(ast::Stmt &stmt);

private:
  RawStmt &raw;
  LogicalLine &line;
  Args args;
  ast::Vocabulary words;
  Diagnostic &error;
  std::vector<FlagWord> flags;

  template <class Stmt> bool make(ast::Stmt &result) {
    Stmt &stmt = result.emplace<Stmt>();
    stmt.word = raw.heads[0].word.text;
    stmt.original = unicode::trim(line.text);
    stmt.range = line.range;
    stmt.lines = line.lines;
    for (const FlagWord &flag : flags)
      stmt.flags.push_back(flag.text);
    bool sound = fill(stmt);
    stmt.comments = std::move(line.comments);
    stmt.heredocs = std::move(line.heredocs);
    return sound;
  }

  // One a statement: StmtFill.cpp.
  bool fill(ast::AddStmt &stmt);
  bool fill(ast::ArgStmt &stmt);
  bool fill(ast::CmdStmt &stmt);
  bool fill(ast::CopyStmt &stmt);
  bool fill(ast::EntrypointStmt &stmt);
  bool fill(ast::EnvStmt &stmt);
  bool fill(ast::ExposeStmt &stmt);
  bool fill(ast::FromStmt &stmt);
  bool fill(ast::HealthcheckStmt &stmt);
  bool fill(ast::LabelStmt &stmt);
  bool fill(ast::MaintainerStmt &stmt);
  bool fill(ast::OnbuildStmt &stmt);
  bool fill(ast::RunStmt &stmt);
  bool fill(ast::ShellStmt &stmt);
  bool fill(ast::StopsignalStmt &stmt);
  bool fill(ast::UserStmt &stmt);
  bool fill(ast::VolumeStmt &stmt);
  bool fill(ast::WorkdirStmt &stmt);

  bool unknownInstruction();
  bool needArguments();
  bool oneArgument(std::string &target);
  bool fillPairs(std::vector<ast::KeyValue> &target);
  ast::CommandLine commandLine() const;
  bool readDuration(std::string_view flag, const std::string &text,
                    int64_t &target);
  template <class Stmt> bool fillFiles(Stmt &stmt);
  bool checkTrigger(const Head &inner);

  llvm::SMRange wordRange() const { return raw.place(raw.heads[0].word); }
  /// What messages call an instruction, by default the one at hand.
  std::string_view name(ast::StmtKind kind) const {
    return ast::wordOf(kind, words);
  }
  std::string_view name() const { return name(*raw.heads[0].kind); }
  bool readFlags(llvm::ArrayRef<FlagSpec> specs = {}) {
    return parseFlags(flags, specs, error);
  }
  template <class... Values>
  bool fail(DiagId id, llvm::SMRange range, const Values &...values) {
    error = DiagEngine::make(id, range, fmt::make_format_args(values...));
    return false;
  }
};

} // namespace llb::frontend

#endif
