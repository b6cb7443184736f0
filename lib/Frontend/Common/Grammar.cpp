// SPDX-License-Identifier: Apache-2.0
//
// Lines go through the lexer by the thousand: making a lexer and a parser costs
// more than reading a small file, so there is one pair a thread, resetting it
// per line would cost more than the line, and the trees of a whole large file
// would take fifty times its size. A tree holds no text, only tokens with
// offsets into the lines.
#include "Grammar.h"

#include "ByteClasses.h"
#include "DockerfileLexer.h"
#include "DockerfileParser.h"
#include "ExecForm.h"
#include "llb/Support/Unicode.h"

#include <antlr4-runtime.h>
#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/ErrorHandling.h>

namespace llb::frontend::grammar {
namespace {

using antlr4::Token;

/// The byte classes of the lines, each line ended by a line feed.
class ClassStream final : public antlr4::CharStream {
public:
  void load(std::string classes) {
    text = std::move(classes);
    position = 0;
  }

  void consume() override {
    if (position < text.size())
      ++position;
  }
  size_t LA(ssize_t offset) override {
    size_t at = position + offset - (offset > 0 ? 1 : 0);
    return at < text.size() ? static_cast<unsigned char>(text[at]) : EOF;
  }
  ssize_t mark() override { return -1; }
  void release(ssize_t) override {}
  size_t index() override { return position; }
  void seek(size_t index) override { position = std::min(index, text.size()); }
  size_t size() override { return text.size(); }
  std::string getSourceName() const override { return "lines"; }
  std::string getText(const antlr4::misc::Interval &interval) override {
    return text.substr(interval.a, interval.b - interval.a + 1);
  }
  std::string toString() const override { return text; }

private:
  std::string text;
  size_t position = 0;
};

/// A trimmed logical line and where it starts in the class stream.
struct Input {
  std::string_view text;
  /// Of `text` in the logical line.
  size_t lead;
  /// In the class stream.
  size_t start;
};

class Grammar {
public:
  static Grammar &instance() {
    static thread_local Grammar grammar;
    return grammar;
  }

  /// Makes `lines` the input; ends the life of tokens and trees before.
  void load(llvm::ArrayRef<std::string_view> lines, char escape,
            const Dialect &dialect);
  std::vector<Token *> tokens();
  DockerfileParser::FileContext *parse();

  /// The text of a token, and its place in the logical line.
  Word word(const Token &token, size_t line) const {
    const Input &input = inputs[line];
    size_t offset = token.getStartIndex() - input.start;
    size_t length = token.getStopIndex() + 1 - token.getStartIndex();
    return {input.text.substr(offset, length), input.lead + offset};
  }
  const Input &input(size_t line) const { return inputs[line]; }
  std::string kindName(const Token &token) {
    return lexer.getVocabulary().getSymbolicName(token.getType());
  }

private:
  Grammar() : lexer(&stream), tokenStream(&lexer), parser(&tokenStream) {
    lexer.removeErrorListeners();
    parser.removeErrorListeners();
    parser.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
        antlr4::atn::PredictionMode::SLL);
  }

  std::vector<Input> inputs;
  ClassStream stream;
  DockerfileLexer lexer;
  antlr4::CommonTokenStream tokenStream;
  DockerfileParser parser;
};

void Grammar::load(llvm::ArrayRef<std::string_view> lines, char escape,
                   const Dialect &dialect) {
  parser.reset();
  inputs.clear();
  std::string classes;
  for (std::string_view line : lines) {
    std::string_view text = unicode::trim(line);
    inputs.push_back(
        {text,
         text.empty() ? 0 : static_cast<size_t>(text.data() - line.data()),
         classes.size()});
    appendByteClasses(classes, text, escape);
    if (dialect.twoWords)
      joinTwoWords(classes, text);
    classes += '\n';
  }
  stream.load(std::move(classes));
  lexer.setInputStream(&stream);
  // The bottom of the stack of modes.
  lexer.mode = dialect.words == ast::Vocabulary::Ick
                   ? static_cast<size_t>(DockerfileLexer::Ickfile)
                   : static_cast<size_t>(antlr4::Lexer::DEFAULT_MODE);
  tokenStream.setTokenSource(&lexer);
}

std::vector<Token *> Grammar::tokens() {
  tokenStream.fill();
  assert(lexer.getNumberOfSyntaxErrors() == 0 && "a mode misses a character");
  return tokenStream.getTokens();
}

/// Every input parses; the tree lives until the next `load`.
DockerfileParser::FileContext *Grammar::parse() {
  try {
    tokenStream.fill();
    assert(lexer.getNumberOfSyntaxErrors() == 0 && "a mode misses a character");
    parser.setTokenStream(&tokenStream);
    return parser.file();
  } catch (const antlr4::ParseCancellationException &) {
    llvm_unreachable("the lexer let a token through that the parser refuses");
  }
}

std::optional<ast::StmtKind> kindOf(const Token &token) {
  switch (token.getType()) {
  case DockerfileLexer::ADD:
    return ast::StmtKind::Add;
  case DockerfileLexer::ARG:
    return ast::StmtKind::Arg;
  case DockerfileLexer::CMD:
    return ast::StmtKind::Cmd;
  case DockerfileLexer::COPY:
    return ast::StmtKind::Copy;
  case DockerfileLexer::ENTRYPOINT:
    return ast::StmtKind::Entrypoint;
  case DockerfileLexer::ENV:
    return ast::StmtKind::Env;
  case DockerfileLexer::EXPOSE:
    return ast::StmtKind::Expose;
  case DockerfileLexer::FROM:
    return ast::StmtKind::From;
  case DockerfileLexer::HEALTHCHECK:
    return ast::StmtKind::Healthcheck;
  case DockerfileLexer::LABEL:
    return ast::StmtKind::Label;
  case DockerfileLexer::MAINTAINER:
    return ast::StmtKind::Maintainer;
  case DockerfileLexer::ONBUILD:
    return ast::StmtKind::Onbuild;
  case DockerfileLexer::RUN:
    return ast::StmtKind::Run;
  case DockerfileLexer::SHELL:
    return ast::StmtKind::Shell;
  case DockerfileLexer::STOPSIGNAL:
    return ast::StmtKind::Stopsignal;
  case DockerfileLexer::USER:
    return ast::StmtKind::User;
  case DockerfileLexer::VOLUME:
    return ast::StmtKind::Volume;
  case DockerfileLexer::WORKDIR:
    return ast::StmtKind::Workdir;
  default:
    return std::nullopt;
  }
}

ArgsForm formOf(const Token &token) {
  switch (token.getType()) {
  case DockerfileLexer::EXEC:
    return ArgsForm::Exec;
  case DockerfileLexer::BRACKETED:
    return ArgsForm::Bracketed;
  case DockerfileLexer::TEXT:
    return ArgsForm::Text;
  case DockerfileLexer::WORD:
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
void addToken(RawStmt &stmt, const Token &token, const Grammar &grammar,
              size_t line, bool first) {
  Word word = grammar.word(token, line);
  if (first) {
    stmt.heads.push_back({kindOf(token), word, {}});
    return;
  }
  switch (token.getType()) {
  case DockerfileLexer::FLAG:
    stmt.heads.back().flags.push_back(withoutSpaceBefore(word));
    return;
  case DockerfileLexer::FLAGS_END:
    return;
  case DockerfileLexer::TYPE:
    stmt.type = word;
    return;
  default:
    break;
  }
  if (stmt.args.empty()) {
    const Input &input = grammar.input(line);
    stmt.form = formOf(token);
    stmt.rest = {input.text.substr(word.offset - input.lead), word.offset};
  }
  stmt.args.push_back(word);
}

/// Tokens and trees live as long as their batch.
constexpr size_t batchSize = 1024;

llvm::SmallVector<std::string_view, 0>
textsOf(llvm::ArrayRef<LogicalLine> lines) {
  llvm::SmallVector<std::string_view, 0> texts;
  texts.reserve(lines.size());
  for (const LogicalLine &line : lines)
    texts.push_back(line.text);
  return texts;
}

} // namespace

void parseLines(LineFile &file, const Dialect &dialect,
                llvm::function_ref<void(RawStmt &)> visit) {
  Grammar &grammar = Grammar::instance();
  llvm::MutableArrayRef<LogicalLine> rest = file.lines;
  while (!rest.empty()) {
    llvm::MutableArrayRef<LogicalLine> batch = rest.take_front(batchSize);
    rest = rest.drop_front(batch.size());
    grammar.load(textsOf(batch), file.escape, dialect);
    // By the grammar, every other child of the file is a line, up to the end of
    // file; a line's children are rules, and theirs are tokens.
    const auto &children = grammar.parse()->children;
    assert(children.size() == 2 * batch.size() + 1);
    for (size_t index = 0; index < batch.size(); ++index) {
      RawStmt stmt;
      stmt.line = &batch[index];
      for (antlr4::tree::ParseTree *part : children[2 * index]->children) {
        bool first = true;
        for (antlr4::tree::ParseTree *leaf : part->children) {
          auto *node = static_cast<antlr4::tree::TerminalNode *>(leaf);
          addToken(stmt, *node->getSymbol(), grammar, index, first);
          first = false;
        }
      }
      if (stmt.heads.empty())
        stmt.heads.emplace_back();
      visit(stmt);
    }
  }
}

/// Whether the instruction of a logical line takes heredocs: ADD, COPY or RUN,
/// also behind one ONBUILD, with arguments that are no JSON list.
static bool holdsHeredocs(std::string_view line, char escape,
                          const Dialect &dialect) {
  Grammar &grammar = Grammar::instance();
  grammar.load(line, escape, dialect);
  bool behindOnbuild = false;
  bool taker = false;
  for (const Token *token : grammar.tokens()) {
    switch (token->getType()) {
    case DockerfileLexer::ONBUILD:
      if (behindOnbuild)
        return false;
      behindOnbuild = true;
      break;
    case DockerfileLexer::ADD:
    case DockerfileLexer::COPY:
    case DockerfileLexer::RUN:
      taker = true;
      break;
    case DockerfileLexer::FLAG:
    case DockerfileLexer::FLAGS_END:
      break;
    case DockerfileLexer::EXEC:
      return false;
    case DockerfileLexer::BRACKETED: {
      std::vector<std::string> items;
      return taker && parseExecForm(grammar.word(*token, 0).text, items) ==
                          ExecForm::NotJson;
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
  Grammar &grammar = Grammar::instance();
  grammar.load(textsOf(file.lines), file.escape, dialect);
  size_t line = 0;
  for (const Token *token : grammar.tokens()) {
    if (token->getType() == DockerfileLexer::NEWLINE) {
      ++line;
    } else if (token->getType() != Token::EOF) {
      visit(line, grammar.kindName(*token),
            withoutSpaceBefore(grammar.word(*token, line)));
    }
  }
}

} // namespace llb::frontend::grammar
