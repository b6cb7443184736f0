// SPDX-License-Identifier: Apache-2.0
//
// Finds the kind of a statement and has it filled; what several kinds do is
// here, what one does in StmtFill.cpp.
#include "StmtFiller.h"

#include "Keywords.h"

namespace llb::frontend {

bool StmtFiller::unknownInstruction() {
  std::string word(raw.heads[0].word.text);
  auto better = suggestKeyword(word, raw.rest.text, words);
  fail(diag::UnknownInstruction, wordRange(), word,
       better ? " (did you mean " + better->text + "?)" : "");
  if (better && better->forWord)
    error.fixIts.push_back({wordRange(), better->text});
  return false;
}

bool StmtFiller::needArguments() {
  return fail(diag::NeedsArguments, wordRange(), name());
}

/// The argument is the rest of the line, so there is one or none.
bool StmtFiller::oneArgument(std::string &target) {
  if (args.items.size() != 1)
    return fail(diag::NeedsOneArgument, wordRange(), name());
  target = std::move(args.items[0].text);
  return true;
}

bool StmtFiller::fillPairs(std::vector<ast::KeyValue> &target) {
  if (!readFlags())
    return false;
  if (args.pairs.empty())
    return needArguments();
  for (Pair &pair : args.pairs) {
    if (pair.value.key.empty())
      return fail(diag::BlankName, pair.range, name());
    target.push_back(std::move(pair.value));
  }
  return true;
}

ast::CommandLine StmtFiller::commandLine() const {
  ast::CommandLine command;
  command.shellForm = !args.json;
  for (const Arg &arg : args.items)
    command.args.push_back(arg.text);
  return command;
}

bool StmtFiller::build(ast::Stmt &stmt) {
  if (!raw.heads[0].kind)
    return unknownInstruction();
  switch (*raw.heads[0].kind) {
#define LLB_STMT(Class, Docker, Ick)                                           \
  case ast::StmtKind::Class:                                                   \
    return make<ast::Class##Stmt>(stmt);
#include "llb/AST/Stmts.def"
  }
  return false;
}

bool buildStmt(RawStmt &raw, Args args, char escape, ast::Vocabulary words,
               ast::Stmt &stmt, Diagnostic &error) {
  return StmtFiller(raw, std::move(args), escape, words, error).build(stmt);
}

} // namespace llb::frontend
