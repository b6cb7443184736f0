// SPDX-License-Identifier: Apache-2.0
//
// The tables are those of grammars/: utils/grammar-tables follows every path
// through the networks that ANTLR makes of them, so what is left to do here is
// to look up where the next character or token leads. A line is read at a time;
// between lines the lexer is in its first mode and the parser where any line
// may follow.
#include "Grammar.h"

#include "ByteClasses.h"
#include "DockerfileTables.h"
#include "ExecForm.h"
#include "Lexer.h"
#include "llb/Support/Unicode.h"

#include <cassert>
#include <llvm/Support/ErrorHandling.h>

namespace llb::frontend::grammar {
namespace {

/// The tokens of one logical line after another.
class LineTokens {
public:
  LineTokens(char escape, const Dialect &dialect)
      : escape(escape), dialect(dialect),
        lexer(dialect.words == ast::Vocabulary::Ick ? Mode::Ickfile
                                                    : Mode::DEFAULT_MODE) {}

  /// Makes `line` the input.
  void load(std::string_view line);

  /// The next token but the line feed at the end; false if there is none.
  bool next(Token &token) {
    bool found = lexer.next(token);
    assert(!lexer.missed() && "a mode misses a character");
    return found && token.kind != TokenKind::NEWLINE;
  }

  /// The text of a token, and its place in the logical line.
  Word word(const Token &token) const {
    return {text.substr(token.begin, token.end - token.begin),
            lead + token.begin};
  }
  /// From `word` to the end of the line.
  Word rest(const Word &word) const {
    return {text.substr(word.offset - lead), word.offset};
  }

private:
  char escape;
  Dialect dialect;
  /// The line without the white space around it, which begins at `lead`.
  std::string_view text;
  size_t lead = 0;
  std::string classes;
  Lexer lexer;
};

void LineTokens::load(std::string_view line) {
  text = unicode::trim(line);
  lead = text.empty() ? 0 : text.data() - line.data();
  classes.clear();
  appendByteClasses(classes, text, escape);
  if (dialect.twoWords)
    joinTwoWords(classes, text);
  classes += '\n';
  lexer.load(classes);
}

/// Which rule a token belongs to. Every sequence that the lexer makes parses.
class Parser {
public:
  /// Whether `kind` is the first token of a trigger or an instruction.
  bool begins(TokenKind kind) {
    const ParserStep &step = parserSteps[state][static_cast<size_t>(kind)];
    if (step.next == 0)
      llvm_unreachable("the lexer let a token through that the parser refuses");
    state = step.next;
    return step.first &&
           (step.rule == Rule::trigger || step.rule == Rule::instruction);
  }

private:
  uint8_t state = 1;
};

std::optional<ast::StmtKind> kindOf(TokenKind kind) {
  switch (kind) {
  case TokenKind::ADD:
    return ast::StmtKind::Add;
  case TokenKind::ARG:
    return ast::StmtKind::Arg;
  case TokenKind::CMD:
    return ast::StmtKind::Cmd;
  case TokenKind::COPY:
    return ast::StmtKind::Copy;
  case TokenKind::ENTRYPOINT:
    return ast::StmtKind::Entrypoint;
  case TokenKind::ENV:
    return ast::StmtKind::Env;
  case TokenKind::EXPOSE:
    return ast::StmtKind::Expose;
  case TokenKind::FROM:
    return ast::StmtKind::From;
  case TokenKind::HEALTHCHECK:
    return ast::StmtKind::Healthcheck;
  case TokenKind::LABEL:
    return ast::StmtKind::Label;
  case TokenKind::MAINTAINER:
    return ast::StmtKind::Maintainer;
  case TokenKind::ONBUILD:
    return ast::StmtKind::Onbuild;
  case TokenKind::RUN:
    return ast::StmtKind::Run;
  case TokenKind::SHELL:
    return ast::StmtKind::Shell;
  case TokenKind::STOPSIGNAL:
    return ast::StmtKind::Stopsignal;
  case TokenKind::USER:
    return ast::StmtKind::User;
  case TokenKind::VOLUME:
    return ast::StmtKind::Volume;
  case TokenKind::WORKDIR:
    return ast::StmtKind::Workdir;
  default:
    return std::nullopt;
  }
}

ArgsForm formOf(TokenKind kind) {
  switch (kind) {
  case TokenKind::EXEC:
    return ArgsForm::Exec;
  case TokenKind::BRACKETED:
    return ArgsForm::Bracketed;
  case TokenKind::TEXT:
    return ArgsForm::Text;
  case TokenKind::WORD:
    return ArgsForm::Words;
  default:
    return ArgsForm::Pairs;
  }
}

Word withoutSpaceBefore(Word word) {
  while (!word.text.empty() && isByteSpace(word.text.front())) {
    word.text.remove_prefix(1);
    ++word.offset;
  }
  return word;
}

/// Adds one token to the statement it belongs to, in order.
void addToken(RawStmt &stmt, const Token &token, const LineTokens &tokens,
              bool begins) {
  Word word = tokens.word(token);
  if (begins) {
    stmt.heads.push_back({kindOf(token.kind), word, {}});
    return;
  }
  switch (token.kind) {
  case TokenKind::FLAG:
    stmt.heads.back().flags.push_back(withoutSpaceBefore(word));
    return;
  case TokenKind::FLAGS_END:
    return;
  case TokenKind::TYPE:
    stmt.type = word;
    return;
  default:
    break;
  }
  if (stmt.args.empty()) {
    stmt.form = formOf(token.kind);
    stmt.rest = tokens.rest(word);
  }
  stmt.args.push_back(word);
}

} // namespace

void parseLines(LineFile &file, const Dialect &dialect,
                llvm::function_ref<void(RawStmt &)> visit) {
  LineTokens tokens(file.escape, dialect);
  Parser parser;
  for (LogicalLine &line : file.lines) {
    RawStmt stmt;
    stmt.line = &line;
    tokens.load(line.text);
    Token token;
    while (tokens.next(token))
      addToken(stmt, token, tokens, parser.begins(token.kind));
    parser.begins(TokenKind::NEWLINE);
    if (stmt.heads.empty())
      stmt.heads.emplace_back();
    visit(stmt);
  }
}

/// Whether the instruction of a logical line takes heredocs: ADD, COPY or RUN,
/// also behind one ONBUILD, with arguments that are no JSON list.
static bool holdsHeredocs(std::string_view line, char escape,
                          const Dialect &dialect) {
  LineTokens tokens(escape, dialect);
  tokens.load(line);
  bool behindOnbuild = false;
  bool taker = false;
  Token token;
  while (tokens.next(token)) {
    switch (token.kind) {
    case TokenKind::ONBUILD:
      if (behindOnbuild)
        return false;
      behindOnbuild = true;
      break;
    case TokenKind::ADD:
    case TokenKind::COPY:
    case TokenKind::RUN:
      taker = true;
      break;
    case TokenKind::FLAG:
    case TokenKind::FLAGS_END:
      break;
    case TokenKind::EXEC:
      return false;
    case TokenKind::BRACKETED: {
      std::vector<std::string> items;
      return taker &&
             parseExecForm(tokens.word(token).text, items) == ExecForm::NotJson;
    }
    default:
      return taker;
    }
  }
  return taker;
}

LineFile readFile(std::string_view text, const Dialect &dialect) {
  return readLines(text, ast::languageWord(dialect.words),
                   [&](std::string_view line, char escape) {
                     return holdsHeredocs(line, escape, dialect);
                   });
}

void forEachToken(
    LineFile &file, const Dialect &dialect,
    llvm::function_ref<void(size_t line, std::string_view kind, const Word &)>
        visit) {
  LineTokens tokens(file.escape, dialect);
  for (size_t line = 0; line < file.lines.size(); ++line) {
    tokens.load(file.lines[line].text);
    Token token;
    while (tokens.next(token))
      visit(line, tokenNames[static_cast<size_t>(token.kind)],
            withoutSpaceBefore(tokens.word(token)));
  }
}

} // namespace llb::frontend::grammar
