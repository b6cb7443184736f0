// SPDX-License-Identifier: Apache-2.0
//
// From a file to a BuildFile. BuildKit v0.32.2 reads all lines before it looks
// at any instruction, so errors come in two rounds; it stops at the first, and
// we go on, so that what comes after must not be a consequence of it.
#include "llb/Frontend/Frontend.h"

#include "../Common/Directives.h"
#include "../Common/StmtBuilder.h"
#include "../Frontends.h"
#include "Grammar.h"

#include <algorithm>

namespace llb::frontend {
namespace {

/// Turns statements into a BuildFile, line by line, keeping the errors of the
/// two rounds apart.
class FileBuilder {
public:
  FileBuilder(LineFile &file, ast::BuildFile &result)
      : file(file), result(result),
        lineErrors(std::move(file.directiveErrors)) {}

  void add(RawStmt &raw);
  /// Reports what was wrong, in BuildKit's order.
  void finish(DiagEngine &diags);

private:
  LineFile &file;
  ast::BuildFile &result;
  std::vector<Diagnostic> lineErrors;
  std::vector<Diagnostic> stmtErrors;
  /// One message about a missing FROM is enough.
  bool saidNoStage = false;

  void place(ast::Stmt stmt, const LogicalLine &line, llvm::SMRange word);
  void placeFaulty(ast::Stmt stmt, std::optional<ast::StmtKind> kind);
};

/// The first round: what BuildKit finds while it reads lines.
std::optional<Diagnostic> readLine(const RawStmt &raw, char escape,
                                   Args &args) {
  Diagnostic error;
  if (!readArgs(raw, escape, args, error))
    return error;
  return std::move(raw.line->error);
}

void FileBuilder::add(RawStmt &raw) {
  LogicalLine &line = *raw.line;
  if (line.emptyContinuation)
    result.emptyContinuations.push_back(
        {{line.wordLines.last, line.wordLines.last}, line.range});
  Args args;
  if (std::optional<Diagnostic> error = readLine(raw, file.escape, args)) {
    lineErrors.push_back(std::move(*error));
    return;
  }
  ast::Stmt stmt;
  Diagnostic error;
  if (buildStmt(raw, std::move(args), file.escape, stmt, error)) {
    place(std::move(stmt), line, raw.place(raw.heads[0].word));
    return;
  }
  placeFaulty(std::move(stmt), raw.heads[0].kind);
  error.prefix =
      fmt::format("dockerfile parse error on line {}: ", line.lines.first);
  error.places = {line.lines};
  stmtErrors.push_back(std::move(error));
}

void FileBuilder::place(ast::Stmt stmt, const LogicalLine &line,
                        llvm::SMRange word) {
  if (auto *from = std::get_if<ast::FromStmt>(&stmt)) {
    result.stages.push_back({std::move(*from), {}});
  } else if (!result.stages.empty()) {
    result.stages.back().stmts.push_back(std::move(stmt));
  } else if (auto *arg = std::get_if<ast::ArgStmt>(&stmt)) {
    result.globalArgs.push_back(std::move(*arg));
  } else {
    if (saidNoStage)
      return;
    saidNoStage = true;
    if (stmtErrors.empty() && std::holds_alternative<ast::MaintainerStmt>(stmt))
      result.faultyStmt = std::move(stmt);
    stmtErrors.push_back(DiagEngine::make(DiagId::NoBuildStage, word, {}));
    stmtErrors.back().places = {line.lines};
    return;
  }
  if (stmtErrors.empty())
    ++result.soundStmts;
}

void FileBuilder::placeFaulty(ast::Stmt stmt,
                              std::optional<ast::StmtKind> kind) {
  bool isFrom = kind == ast::StmtKind::From;
  if (stmtErrors.empty() && (isFrom || kind == ast::StmtKind::Maintainer))
    result.faultyStmt = stmt;
  // What follows belongs to this stage, not to the one before or to none.
  if (isFrom)
    result.stages.push_back({std::get<ast::FromStmt>(std::move(stmt)), {}});
}

void FileBuilder::finish(DiagEngine &diags) {
  if (file.endError)
    lineErrors.push_back(std::move(*file.endError));
  result.sound = lineErrors.empty() && stmtErrors.empty();
  if (!lineErrors.empty()) {
    result.soundStmts = 0;
    result.faultyStmt.reset();
    result.emptyContinuations.clear();
  }
  for (Diagnostic &error : lineErrors)
    diags.add(std::move(error));
  for (Diagnostic &error : stmtErrors)
    diags.add(std::move(error));
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
  LineFile file = readLines(text, dockerfile::holdsHeredocs);
  result.escape = file.escape;
  result.directives = collectDirectives(text, file);
  FileBuilder builder(file, result);
  dockerfile::parseLines(file, [&](RawStmt &raw) { builder.add(raw); });
  builder.finish(diags);
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
  std::optional<Diagnostic> error;
  if (!file.directiveErrors.empty())
    error = std::move(file.directiveErrors.front());
  // A later line that cannot be read is worse than an instruction in error.
  std::optional<Diagnostic> stmtError;
  ast::Stmt stmt;
  dockerfile::parseLines(file, [&](RawStmt &raw) {
    Args args;
    if (!error)
      error = readLine(raw, file.escape, args);
    Diagnostic fault;
    if (!error && file.lines.size() == 1 &&
        !buildStmt(raw, std::move(args), file.escape, stmt, fault))
      stmtError = std::move(fault);
  });
  if (!error)
    error = std::move(file.endError);
  if (!error && file.lines.size() != 1)
    error = DiagEngine::make(DiagId::TriggerNotSingle, range, {});
  if (!error)
    error = std::move(stmtError);
  if (!error && std::holds_alternative<ast::FromStmt>(stmt))
    error = DiagEngine::make(DiagId::TriggerNotCommand, range, {});
  if (!error)
    return stmt;
  error->range = range;
  error->places = {lines};
  error->fixIts.clear();
  diags.add(std::move(*error));
  return llvm::failure();
}

const Frontend DockerfileFrontend = {
    .isSyntax =
        [](std::string_view image) {
          constexpr std::string_view hub = "docker.io/";
          if (image.starts_with(hub))
            image.remove_prefix(hub.size());
          return image.starts_with("docker/dockerfile") ||
                 image == "dockerfile.v0";
        },
    .isName =
        [](std::string_view name) {
          return isNamed(name, "dockerfile") || isNamed(name, "containerfile");
        },
    .isContent = [](std::string_view) { return false; },
    .parse =
        [](std::string_view text, std::string_view filename,
           const ParseOptions &, ast::SourceUnit &result, DiagEngine &diags) {
          return parseDockerfile(text, filename,
                                 result.emplace<ast::BuildFile>(), diags);
        },
    .dumpTokens =
        [](std::string_view text, const ParseOptions &, llvm::raw_ostream &out,
           DiagEngine &diags) { dumpDockerfileTokens(text, out, diags); },
};

} // namespace llb::frontend
