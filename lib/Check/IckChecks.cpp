// SPDX-License-Identifier: Apache-2.0
//
// Politeness is counted in statements: an instruction with its continuations
// and heredocs is one, a comment none. With n of them and p polite ones, more
// than two in all, a compiler of INTERCAL feels slighted if p is 0 or
// (n-1)/p is 5 or more, and flattered if n/p is below 3, in whole numbers.
#include "llb/Check/IckChecks.h"

#include "llb/Support/CheckDiags.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/GoText.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <fmt/format.h>

using namespace llb;
using namespace llb::check;

namespace {

/// All of them in file order.
std::vector<const ast::StmtBase *> statements(const ast::BuildFile &file) {
  std::vector<const ast::StmtBase *> all;
  for (const ast::ArgStmt &arg : file.globalArgs)
    all.push_back(&arg);
  for (const ast::Stage &stage : file.stages) {
    all.push_back(&stage.from);
    for (const ast::Stmt &stmt : stage.stmts)
      all.push_back(&ast::baseOf(stmt));
  }
  return all;
}

bool isPolite(const ast::StmtBase &stmt) {
  return unicode::toUpper(stmt.word).starts_with("PLEASE");
}

void checkDockerWord(const ast::StmtBase &stmt, Linter &linter) {
  auto kind = ast::stmtKindNamed(stmt.word, ast::Vocabulary::Docker);
  if (kind && !ast::stmtKindNamed(stmt.word, ast::Vocabulary::Ick))
    linter.warn(diag::IckDockerWord, stmt, stmt.word);
}

void checkUnknownStages(const ast::BuildFile &file, Linter &linter) {
  std::set<std::string_view> known;
  for (const ast::Stage &stage : file.stages) {
    for (const ast::Stmt &stmt : stage.stmts) {
      const auto *copy = std::get_if<ast::CopyStmt>(&stmt);
      // A number is checked by lowering, and what has a tag, a digest or a path
      // is meant to be an image.
      if (!copy || copy->from.empty() ||
          copy->from.find_first_of(":/@$") != std::string::npos ||
          std::all_of(copy->from.begin(), copy->from.end(),
                      [](char c) { return c >= '0' && c <= '9'; }) ||
          known.count(unicode::toLower(copy->from)))
        continue;
      linter.warn(diag::IckUnknownStage, *copy, go::quote(copy->from));
    }
    known.insert(stage.from.name);
  }
}

void checkPoliteness(const std::vector<const ast::StmtBase *> &stmts,
                     Linter &linter) {
  size_t all = stmts.size();
  size_t polite = std::count_if(stmts.begin(), stmts.end(),
                                [](auto *stmt) { return isPolite(*stmt); });
  if (all <= 2)
    return;
  const ast::StmtBase &first = *stmts.front();
  auto warn = [&](std::string_view verdict, std::string_view number) {
    linter.warn(diag::IckPoliteness, nullptr, first.lines, first.range, polite,
                all, verdict, number);
  };
  if (polite == 0 || (all - 1) / polite >= 5)
    warn("that is too few to be polite", "079");
  else if (all / polite < 3)
    warn("that is more than is dignified", "099");
}

} // namespace

void llb::check::checkIck(const ast::BuildFile &file, Linter &linter) {
  std::vector<const ast::StmtBase *> stmts = statements(file);
  for (const ast::StmtBase *stmt : stmts)
    checkDockerWord(*stmt, linter);
  checkUnknownStages(file, linter);
  checkPoliteness(stmts, linter);
}

void llb::check::addIckNumber(Diagnostic &diag) {
  auto note = [&](std::string_view number, std::string_view text) {
    diag.notes.push_back(DiagEngine::make(diag::IckNumber, {},
                                          fmt::make_format_args(number, text)));
  };
  switch (diag.id) {
  case diag::UnknownInstruction:
    return note("017", "a statement nobody can make sense of");
  case diag::DockerWordRefused:
    return note("111", "a word from the other camp");
  case diag::TargetNotFound:
    return note("129", "a way to a place that does not exist");
  case diag::BadStageIndex:
  case diag::CopyFromLaterStage:
    return note("139", "coming from where nothing is yet");
  case diag::DuplicateStageName:
    return note("182", "one name for two places");
  case diag::ExpansionFailed:
    if (diag.message.find("nest deeper") != std::string::npos)
      note("256", "more depth than a compiler has room for");
    return;
  default:
    return;
  }
}
