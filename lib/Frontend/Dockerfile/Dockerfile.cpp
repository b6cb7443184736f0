// SPDX-License-Identifier: Apache-2.0
//
// From a file to a BuildFile. BuildKit v0.32.2 reads all lines before it looks
// at any instruction, so errors come in two rounds; it stops at the first, and
// we go on, so that what comes after must not be a consequence of it.
#include "llb/Frontend/Frontend.h"

#include "../Common/Directives.h"
#include "../Common/StmtBuilder.h"
#include "Grammar.h"

#include <algorithm>

namespace llb::frontend {
namespace {

/// A line whose arguments could be read.
struct ReadStmt {
  RawStmt raw;
  Args args;
};

/// The first round: lines and arguments. The result holds the lines that are
/// sound, in order.
class LineRound {
public:
  explicit LineRound(LineFile &file) : file(file) {}

  std::vector<ReadStmt> run() {
    for (Diagnostic &error : file.directiveErrors)
      errors.push_back(std::move(error));
    std::vector<ReadStmt> sound;
    std::vector<RawStmt> raws = dockerfile::parseLines(file);
    sound.reserve(raws.size());
    for (RawStmt &raw : raws) {
      Args args;
      Diagnostic error;
      LogicalLine &line = *raw.line;
      if (!readArgs(raw, file.escape, args, error))
        errors.push_back(std::move(error));
      else if (line.error)
        errors.push_back(std::move(*line.error));
      else
        sound.push_back({std::move(raw), std::move(args)});
    }
    if (file.endError)
      errors.push_back(std::move(*file.endError));
    return sound;
  }

  std::vector<Diagnostic> errors;

private:
  LineFile &file;
};

/// The second round: instructions, and which stage they belong to.
class StmtRound {
public:
  StmtRound(ast::BuildFile &result, DiagEngine &diags)
      : result(result), diags(diags) {}

  void run(std::vector<ReadStmt> stmts) {
    for (ReadStmt &read : stmts)
      add(read);
  }

private:
  ast::BuildFile &result;
  DiagEngine &diags;
  bool failed = false;
  /// One message about a missing FROM is enough.
  bool saidNoStage = false;

  void add(ReadStmt &read);
  void place(ast::Stmt stmt, const LogicalLine &line, llvm::SMRange word);
};

void StmtRound::add(ReadStmt &read) {
  RawStmt &raw = read.raw;
  LogicalLine &line = *raw.line;
  llvm::SMRange word = raw.place(raw.heads[0].word);
  ast::Stmt stmt;
  Diagnostic error;
  if (buildStmt(raw, std::move(read.args), result.escape, stmt, error)) {
    place(std::move(stmt), line, word);
    return;
  }
  error.prefix =
      fmt::format("dockerfile parse error on line {}: ", line.lines.first);
  error.places = {line.lines};
  diags.add(std::move(error));
  bool isFrom = raw.heads[0].kind == ast::StmtKind::From;
  if (!failed && (isFrom || raw.heads[0].kind == ast::StmtKind::Maintainer))
    result.faultyStmt = stmt;
  failed = true;
  // What follows belongs to this stage, not to the one before or to none.
  if (isFrom)
    result.stages.push_back({std::get<ast::FromStmt>(std::move(stmt)), {}});
}

void StmtRound::place(ast::Stmt stmt, const LogicalLine &line,
                      llvm::SMRange word) {
  if (auto *from = std::get_if<ast::FromStmt>(&stmt)) {
    result.stages.push_back({std::move(*from), {}});
  } else if (!result.stages.empty()) {
    result.stages.back().stmts.push_back(std::move(stmt));
  } else if (auto *arg = std::get_if<ast::ArgStmt>(&stmt)) {
    result.globalArgs.push_back(std::move(*arg));
  } else {
    if (!failed && std::holds_alternative<ast::MaintainerStmt>(stmt))
      result.faultyStmt = std::move(stmt);
    if (!saidNoStage)
      diags.report(DiagId::NoBuildStage, word).place(line.lines);
    saidNoStage = failed = true;
    return;
  }
  if (!failed)
    ++result.soundStmts;
}

/// `syntax` and `check` as BuildKit looks for them, `escape` as the file has
/// it.
std::vector<ast::Directive> collectDirectives(std::string_view text,
                                              const LineFile &file) {
  std::vector<ast::Directive> all = detectDirectives(text);
  std::erase_if(all, [](const auto &each) { return each.name == "escape"; });
  for (const ast::Directive &directive : file.directives)
    if (directive.name == "escape")
      all.push_back(directive);
  std::stable_sort(all.begin(), all.end(), [](const auto &a, const auto &b) {
    return a.line < b.line;
  });
  return all;
}

} // namespace

llvm::LogicalResult parseDockerfile(std::string_view text,
                                    std::string_view filename,
                                    ast::BuildFile &result, DiagEngine &diags) {
  result = {};
  result.filename = filename;
  result.text = text;
  if (text.empty()) {
    result.sound = false;
    diags.report(DiagId::EmptyFile, {});
    return llvm::failure();
  }
  unsigned errorsBefore = diags.errorCount();
  LineFile file = readLines(text, dockerfile::holdsHeredocs);
  result.escape = file.escape;
  result.directives = collectDirectives(text, file);
  for (const LogicalLine &line : file.lines)
    if (line.emptyContinuation)
      result.emptyContinuations.push_back(
          {{line.wordLines.last, line.wordLines.last}, line.range});

  LineRound lineRound(file);
  std::vector<ReadStmt> stmts = lineRound.run();
  for (Diagnostic &error : lineRound.errors)
    diags.add(std::move(error));
  StmtRound(result, diags).run(std::move(stmts));
  if (!lineRound.errors.empty()) {
    result.soundStmts = 0;
    result.faultyStmt.reset();
    result.emptyContinuations.clear();
  }
  result.sound = diags.errorCount() == errorsBefore;
  return llvm::success(result.sound);
}

llvm::FailureOr<ast::Stmt> parseTrigger(std::string_view text, LineRange lines,
                                        llvm::SMRange range,
                                        DiagEngine &diags) {
  LineFile file = readLines(text, dockerfile::holdsHeredocs);
  for (LogicalLine &line : file.lines) {
    line.fixedPlace = line.range = range;
    line.lines = lines;
  }
  auto fail = [&](Diagnostic error) {
    error.range = range;
    error.places = {lines};
    error.fixIts.clear();
    diags.add(std::move(error));
    return llvm::failure();
  };
  LineRound lineRound(file);
  std::vector<ReadStmt> stmts = lineRound.run();
  if (!lineRound.errors.empty())
    return fail(std::move(lineRound.errors.front()));
  if (stmts.size() != 1)
    return fail(DiagEngine::make(DiagId::TriggerNotSingle, range, {}));
  ast::Stmt stmt;
  Diagnostic error;
  if (!buildStmt(stmts[0].raw, std::move(stmts[0].args), file.escape, stmt,
                 error))
    return fail(std::move(error));
  if (std::holds_alternative<ast::FromStmt>(stmt))
    return fail(DiagEngine::make(DiagId::TriggerNotCommand, range, {}));
  return stmt;
}

} // namespace llb::frontend
