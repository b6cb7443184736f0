// SPDX-License-Identifier: Apache-2.0
//
// BuildKit v0.32.2 reads all lines before it looks at any instruction, so
// errors come in two rounds; it stops at the first, and we go on, so that what
// comes after must not be a consequence of it.
#include "BuildFileReader.h"

#include "Directives.h"
#include "Grammar.h"
#include "StmtBuilder.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/Unicode.h"

#include <algorithm>

namespace llb::frontend {
namespace {

/// Turns statements into a BuildFile, line by line, keeping the errors of the
/// two rounds apart.
class FileBuilder {
public:
  FileBuilder(LineFile &file, const Dialect &dialect, WordCheck checkWords,
              ast::BuildFile &result)
      : file(file), dialect(dialect), checkWords(checkWords), result(result),
        lineErrors(std::move(file.directiveErrors)) {}

  void add(RawStmt &raw);
  /// Reports what was wrong, in BuildKit's order.
  void finish(DiagEngine &diags);

private:
  LineFile &file;
  const Dialect &dialect;
  WordCheck checkWords;
  ast::BuildFile &result;
  /// About words; they come first.
  std::vector<Diagnostic> warnings;
  std::vector<Diagnostic> lineErrors;
  std::vector<Diagnostic> stmtErrors;
  /// One message about a missing FROM is enough.
  bool saidNoStage = false;

  bool acceptWords(const RawStmt &raw);
  void addHints(const RawStmt &raw, Diagnostic &error) const;
  void fail(Diagnostic error, const LogicalLine &line);
  void place(ast::Stmt &&stmt, const LogicalLine &line, llvm::SMRange word);
  void placeFaulty(ast::Stmt &&stmt, std::optional<ast::StmtKind> kind);
};

/// The first round: what BuildKit finds while it reads lines.
std::optional<Diagnostic> readLine(const RawStmt &raw, char escape,
                                   ast::Vocabulary words, Args &args) {
  Diagnostic error;
  if (!readArgs(raw, escape, words, args, error))
    return error;
  if (raw.line->error)
    return std::move(*raw.line->error);
  return std::nullopt;
}

void FileBuilder::add(RawStmt &raw) {
  LogicalLine &line = *raw.line;
  if (line.emptyContinuation)
    result.emptyContinuations.push_back(
        {{line.wordLines.last, line.wordLines.last}, line.range});
  Args args;
  if (std::optional<Diagnostic> error =
          readLine(raw, file.escape, dialect.words, args)) {
    lineErrors.push_back(std::move(*error));
    return;
  }
  bool accepted = acceptWords(raw);
  ast::Stmt stmt;
  Diagnostic error;
  bool sound =
      buildStmt(raw, std::move(args), file.escape, dialect.words, stmt, error);
  if (sound && accepted) {
    place(std::move(stmt), line, raw.place(raw.heads[0].word));
    return;
  }
  placeFaulty(std::move(stmt), raw.heads[0].kind);
  if (!sound && error.id == diag::UnknownInstruction) {
    addHints(raw, error);
    // It may have been meant for the FROM that what follows wants.
    saidNoStage |= result.stages.empty();
  }
  if (accepted)
    fail(std::move(error), line);
}

/// What a word is that nobody knows: the rest of the line above, if it stands
/// further right or that line wants more, or what a merge left behind.
void FileBuilder::addHints(const RawStmt &raw, Diagnostic &error) const {
  std::string_view word = raw.heads[0].word.text;
  if (word == "<<<<<<<" || word == "=======" || word == ">>>>>>>") {
    error.notes.push_back(DiagEngine::make(diag::ConflictHint, {}, {}));
    return;
  }
  if (raw.line == &file.lines.front())
    return;
  const LogicalLine &above = *(raw.line - 1);
  std::string_view text = unicode::trim(above.text);
  const char *start = raw.line->place(0, 0).Start.getPointer();
  bool indented = start[-1] == ' ' || start[-1] == '\t';
  if (!above.heredocs.empty() ||
      !(indented || text.ends_with("&&") || text.ends_with('|')))
    return;
  std::string_view escape(&file.escape, 1);
  error.notes.push_back(DiagEngine::make(diag::ContinuationHint,
                                         {above.range.End, above.range.End},
                                         fmt::make_format_args(escape)));
}

/// Whether the words of the statement are those of the dialect.
bool FileBuilder::acceptWords(const RawStmt &raw) {
  std::vector<Diagnostic> found;
  checkWords(raw, found);
  bool accepted = true;
  for (Diagnostic &diag : found) {
    if (diag.severity == Severity::Error) {
      fail(std::move(diag), *raw.line);
      accepted = false;
    } else {
      warnings.push_back(std::move(diag));
    }
  }
  return accepted;
}

void FileBuilder::fail(Diagnostic error, const LogicalLine &line) {
  error.prefix = fmt::format(
      "{} parse error on line {}: ", ast::languageWord(dialect.words),
      line.lines.first);
  error.places = {line.lines};
  stmtErrors.push_back(std::move(error));
}

void FileBuilder::place(ast::Stmt &&stmt, const LogicalLine &line,
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
    std::string_view from = ast::wordOf(ast::StmtKind::From, dialect.words);
    std::string_view argument = ast::wordOf(ast::StmtKind::Arg, dialect.words);
    stmtErrors.push_back(DiagEngine::make(
        diag::NoBuildStage, word, fmt::make_format_args(from, argument)));
    stmtErrors.back().places = {line.lines};
    return;
  }
  if (stmtErrors.empty())
    ++result.soundStmts;
}

void FileBuilder::placeFaulty(ast::Stmt &&stmt,
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
  for (Diagnostic &warning : warnings)
    diags.add(std::move(warning));
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

llvm::LogicalResult readBuildFile(std::string_view text,
                                  std::string_view filename,
                                  const Dialect &dialect, WordCheck checkWords,
                                  ast::BuildFile &result, DiagEngine &diags) {
  result = {};
  result.filename = filename;
  result.text = text;
  result.words = dialect.words;
  if (text.empty()) {
    result.sound = false;
    llvm::SMLoc begin = llvm::SMLoc::getFromPointer(text.data());
    diags.report(diag::EmptyFile, {begin, begin},
                 ast::languageName(dialect.words));
    return llvm::failure();
  }
  LineFile file = grammar::readFile(text, dialect);
  result.escape = file.escape;
  result.directives = collectDirectives(text, file);
  FileBuilder builder(file, dialect, checkWords, result);
  grammar::parseLines(file, dialect, [&](RawStmt &raw) { builder.add(raw); });
  builder.finish(diags);
  return llvm::success(result.sound);
}

llvm::FailureOr<ast::Stmt> readTrigger(std::string_view text, LineRange lines,
                                       llvm::SMRange range,
                                       const Dialect &dialect,
                                       DiagEngine &diags) {
  LineFile file = grammar::readFile(text, dialect);
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
  grammar::parseLines(file, dialect, [&](RawStmt &raw) {
    Args args;
    if (!error)
      error = readLine(raw, file.escape, dialect.words, args);
    Diagnostic fault;
    if (!error && file.lines.size() == 1 &&
        !buildStmt(raw, std::move(args), file.escape, dialect.words, stmt,
                   fault))
      stmtError = std::move(fault);
  });
  if (!error)
    error = std::move(file.endError);
  if (!error && file.lines.size() != 1)
    error = DiagEngine::make(diag::TriggerNotSingle, range, {});
  if (!error)
    error = std::move(stmtError);
  if (!error && std::holds_alternative<ast::FromStmt>(stmt))
    error = DiagEngine::make(diag::TriggerNotCommand, range, {});
  if (!error)
    return stmt;
  error->range = range;
  error->places = {lines};
  error->fixIts.clear();
  diags.add(std::move(*error));
  return llvm::failure();
}

} // namespace llb::frontend
