// SPDX-License-Identifier: Apache-2.0
//
// What BuildKit v0.32.2 checks while it parses instructions and right after
// (dockerfile/instructions and dockerfile2llb/validations.go). A check runs
// even at the very statement that then turns out to be wrong, if BuildKit makes
// it before it finds the error.
#include "llb/Check/AstChecks.h"
#include "FixIts.h"

#include "llb/Check/IckChecks.h"
#include "llb/Support/CheckDiags.h"
#include "llb/Support/GoText.h"
#include "llb/Support/Unicode.h"

#include <algorithm>

using namespace llb;
using namespace llb::check;

namespace {

bool isLower(const std::string &text) { return unicode::toLower(text) == text; }
bool isUpper(const std::string &text) { return unicode::toUpper(text) == text; }

void checkFromCasing(const ast::FromStmt &from, Linter &linter) {
  if (!isLower(from.nameAsWritten))
    linter.warn(diag::StageNameCasing, from, fixStageName(from),
                from.nameAsWritten);
  // A FROM of mixed case is left to ConsistentInstructionCasing.
  bool matches = isLower(from.word)   ? isLower(from.asWord)
                 : isUpper(from.word) ? isUpper(from.asWord)
                                      : true;
  if (!matches)
    linter.warn(diag::FromAsCasing, from, fixAs(from), from.asWord, from.word);
}

/// The last comment above the definition of `names` has to start with one of
/// them.
void checkDescription(const ast::StmtBase &stmt, std::string_view instruction,
                      const std::vector<std::string> &names, Linter &linter) {
  if (stmt.comments.empty() || names.empty())
    return;
  const std::string &comment = stmt.comments.back();
  if (std::find(names.begin(), names.end(),
                comment.substr(0, comment.find(' '))) != names.end())
    return;
  linter.warn(diag::InvalidDefinitionDescription, stmt, instruction,
              names.size() > 1 ? "<arg_key>" : names.front());
}

void checkFrom(const ast::FromStmt &from, Linter &linter) {
  checkFromCasing(from, linter);
  if (!from.name.empty())
    checkDescription(from, linter.nameOf(from.kind), {from.name}, linter);
}

void checkArg(const ast::ArgStmt &arg, Linter &linter) {
  std::vector<std::string> names;
  for (const ast::ArgDecl &decl : arg.args)
    names.push_back(decl.key);
  checkDescription(arg, linter.nameOf(arg.kind), names, linter);
}

/// BuildKit writes the two words small.
void checkMaintainer(const ast::StmtBase &stmt, const ast::BuildFile &file,
                     Linter &linter) {
  MaybeFix fix = fixMaintainer(stmt, linter.nameOf(ast::StmtKind::Label));
  if (file.words == ast::Vocabulary::Docker)
    linter.warn(diag::MaintainerDeprecated, stmt, fix, "Maintainer", "label");
  else
    linter.warn(diag::MaintainerDeprecated, stmt, fix,
                linter.nameOf(ast::StmtKind::Maintainer),
                linter.nameOf(ast::StmtKind::Label));
}

void checkStatement(const ast::Stmt &stmt, const ast::BuildFile &file,
                    Linter &linter) {
  if (const auto *arg = std::get_if<ast::ArgStmt>(&stmt))
    checkArg(*arg, linter);
  else if (const auto *maintainer = std::get_if<ast::MaintainerStmt>(&stmt))
    checkMaintainer(*maintainer, file, linter);
}

/// The rules of parsing, for the statements before the first error.
void checkSound(const ast::BuildFile &file, Linter &linter) {
  size_t left = file.soundStmts;
  for (const ast::ArgStmt &arg : file.globalArgs) {
    if (left-- == 0)
      return;
    checkArg(arg, linter);
  }
  for (const ast::Stage &stage : file.stages) {
    if (left-- == 0)
      return;
    checkFrom(stage.from, linter);
    for (const ast::Stmt &stmt : stage.stmts) {
      if (left-- == 0)
        return;
      checkStatement(stmt, file, linter);
    }
  }
}

void checkFaulty(const ast::Stmt &stmt, const ast::BuildFile &file,
                 Linter &linter) {
  if (const auto *from = std::get_if<ast::FromStmt>(&stmt))
    checkFromCasing(*from, linter);
  else if (std::holds_alternative<ast::MaintainerStmt>(stmt))
    checkMaintainer(ast::baseOf(stmt), file, linter);
}

void checkStageNames(const ast::BuildFile &file, Linter &linter) {
  std::set<std::string_view> seen;
  for (const ast::Stage &stage : file.stages) {
    const ast::FromStmt &from = stage.from;
    if (from.name.empty())
      continue;
    if (from.name == "context" || from.name == "scratch")
      linter.warn(diag::ReservedStageName, nullptr, from.lines, from.range,
                  go::quote(from.name));
    if (!seen.insert(from.name).second)
      linter.warn(diag::DuplicateStageName, nullptr, from.lines, from.range,
                  go::quote(from.name));
  }
}

/// Words of mixed case and those without letters are no vote; a tie is for
/// upper case. Global ARGs neither vote nor are checked.
void checkInstructionCasing(const ast::BuildFile &file, Linter &linter) {
  std::vector<const ast::StmtBase *> stmts;
  for (const ast::Stage &stage : file.stages) {
    stmts.push_back(&stage.from);
    for (const ast::Stmt &stmt : stage.stmts)
      stmts.push_back(&ast::baseOf(stmt));
  }
  size_t lower = 0;
  size_t upper = 0;
  for (const ast::StmtBase *stmt : stmts) {
    bool isSmall = isLower(stmt->word);
    bool isLarge = isUpper(stmt->word);
    if (isSmall && !isLarge)
      ++lower;
    else if (isLarge && !isSmall)
      ++upper;
  }
  bool wantLower = lower > upper;
  for (const ast::StmtBase *stmt : stmts)
    if (wantLower ? !isLower(stmt->word) : !isUpper(stmt->word))
      linter.warn(diag::ConsistentInstructionCasing, nullptr, *stmt,
                  fixWord(*stmt, wantLower), stmt->word,
                  wantLower ? "lowercase" : "uppercase");
}

} // namespace

void llb::check::checkAst(const ast::BuildFile &file, Linter &linter) {
  for (const ast::EmptyContinuation &place : file.emptyContinuations)
    linter.warn(diag::NoEmptyContinuation, nullptr, place.lines, place.range);
  checkSound(file, linter);
  if (file.faultyStmt)
    checkFaulty(*file.faultyStmt, file, linter);
  if (!file.sound)
    return;
  checkStageNames(file, linter);
  checkInstructionCasing(file, linter);
  if (file.words == ast::Vocabulary::Ick)
    checkIck(file, linter);
}
