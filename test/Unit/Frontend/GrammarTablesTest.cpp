// SPDX-License-Identifier: Apache-2.0
//
// The tables of the Dockerfile grammar against ANTLR's own simulators. Every
// state of a table is reached by a shortest input, and from each every column
// is tried: two automata that differ, differ on one of those inputs, as long as
// ANTLR's has no state that the table lacks.
#include "Common/Lexer.h"
#include "DockerfileLexer.h"
#include "DockerfileParser.h"
#include "DockerfileTables.h"

#include <antlr4-runtime.h>
#include <gtest/gtest.h>
#include <map>
#include <random>

using namespace llb::frontend::grammar;

namespace {

/// A token as both sides have it. ANTLR counts the end of a token from its last
/// character.
struct Seen {
  size_t kind;
  size_t begin;
  size_t end;
  bool operator==(const Seen &) const = default;
};
std::ostream &operator<<(std::ostream &out, const Seen &seen) {
  return out << tokenNames[seen.kind] << '@' << seen.begin << '-' << seen.end;
}

/// Nothing if some character is in no rule of its mode.
using Tokens = std::optional<std::vector<Seen>>;

Tokens tokensOfTables(const std::string &input, Mode mode) {
  Lexer lexer(mode);
  lexer.load(input);
  std::vector<Seen> tokens;
  for (Token token; lexer.next(token);)
    tokens.push_back({static_cast<size_t>(token.kind), token.begin, token.end});
  return lexer.missed() ? Tokens() : tokens;
}

class Antlr {
public:
  Antlr() : lexer(&stream) { lexer.removeErrorListeners(); }

  Tokens tokens(const std::string &input, Mode mode) {
    stream.load(input);
    lexer.setInputStream(&stream);
    lexer.mode = static_cast<size_t>(mode);
    size_t errors = lexer.getNumberOfSyntaxErrors();
    std::vector<Seen> tokens;
    for (;;) {
      std::unique_ptr<antlr4::Token> token = lexer.nextToken();
      if (token->getType() == antlr4::Token::EOF)
        break;
      tokens.push_back({token->getType(), token->getStartIndex(),
                        token->getStopIndex() + 1});
    }
    return lexer.getNumberOfSyntaxErrors() == errors ? tokens : Tokens();
  }

private:
  antlr4::ANTLRInputStream stream;
  DockerfileLexer lexer;
};

/// For each state that `starts` lead to, a shortest path of columns.
template <class Next>
std::map<size_t, std::vector<size_t>> shortestPaths(size_t start,
                                                    size_t columns, Next next) {
  std::map<size_t, std::vector<size_t>> paths{{start, {}}};
  std::vector<size_t> queue{start};
  for (size_t at = 0; at < queue.size(); ++at) {
    for (size_t column = 0; column < columns; ++column) {
      size_t reached = next(queue[at], column);
      if (reached == 0 || paths.contains(reached))
        continue;
      std::vector<size_t> path = paths[queue[at]];
      path.push_back(column);
      paths[reached] = std::move(path);
      queue.push_back(reached);
    }
  }
  return paths;
}

struct ModeCase {
  Mode mode;
  Mode bottom;
  /// Leads from the bottom to the mode.
  const char *prefix;
};
constexpr ModeCase modes[] = {
    {Mode::DEFAULT_MODE, Mode::DEFAULT_MODE, ""},
    {Mode::Ickfile, Mode::Ickfile, ""},
    {Mode::Flags, Mode::DEFAULT_MODE, "RUN"},
    {Mode::TriggerFlags, Mode::Ickfile, "ONBUILD"},
    {Mode::Text, Mode::DEFAULT_MODE, "USER "},
    {Mode::Command, Mode::Ickfile, "RUN "},
    {Mode::List, Mode::DEFAULT_MODE, "COPY "},
    {Mode::FirstWord, Mode::DEFAULT_MODE, "FROM "},
    {Mode::Words, Mode::DEFAULT_MODE, "FROM x"},
    {Mode::FirstPair, Mode::DEFAULT_MODE, "ENV "},
    {Mode::Pairs, Mode::DEFAULT_MODE, "ARG "},
    {Mode::Health, Mode::DEFAULT_MODE, "HEALTHCHECK "},
    {Mode::HealthCommand, Mode::DEFAULT_MODE, "HEALTHCHECK x "},
};

/// Every rule, and whether a token is its first, in the order of the tokens.
using Places = std::vector<std::pair<size_t, bool>>;

void placesIn(antlr4::ParserRuleContext &rule, Places &places) {
  size_t before = places.size();
  for (antlr4::tree::ParseTree *child : rule.children) {
    if (antlrcpp::is<antlr4::ParserRuleContext *>(child))
      placesIn(*static_cast<antlr4::ParserRuleContext *>(child), places);
    else
      places.push_back({rule.getRuleIndex(), places.size() == before});
  }
}

/// Nothing if the parser refuses the tokens.
std::optional<Places> placesOfAntlr(const std::vector<size_t> &kinds) {
  std::vector<std::unique_ptr<antlr4::Token>> tokens;
  for (size_t kind : kinds)
    tokens.push_back(std::make_unique<antlr4::CommonToken>(
        kind == 0 ? size_t(antlr4::Token::EOF) : kind));
  antlr4::ListTokenSource source(std::move(tokens));
  antlr4::CommonTokenStream stream(&source);
  DockerfileParser parser(&stream);
  parser.removeErrorListeners();
  parser.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
  try {
    Places places;
    placesIn(*parser.file(), places);
    return places;
  } catch (const antlr4::ParseCancellationException &) {
    return std::nullopt;
  }
}

std::optional<Places> placesOfTables(const std::vector<size_t> &kinds) {
  Places places;
  size_t state = 1;
  for (size_t kind : kinds) {
    const ParserStep &step = parserSteps[state][kind];
    if (step.next == 0)
      return std::nullopt;
    places.push_back({static_cast<size_t>(step.rule), step.first});
    state = step.next;
  }
  return places;
}

TEST(GrammarTables, EveryStepOfTheLexerIsAntlrs) {
  Antlr antlr;
  std::set<size_t> reached;
  for (const ModeCase &test : modes) {
    auto paths = shortestPaths(lexerStarts[static_cast<size_t>(test.mode)], 128,
                               [](size_t state, size_t c) {
                                 return lexerNext[state][lexerColumns[c]];
                               });
    for (const auto &[state, path] : paths) {
      reached.insert(state);
      std::set<size_t> columns;
      for (size_t c = 0; c < 128; ++c) {
        if (!columns.insert(lexerColumns[c]).second)
          continue;
        for (const char *rest : {"\n", "\" x\n"}) {
          std::string input = test.prefix +
                              std::string(path.begin(), path.end()) +
                              static_cast<char>(c) + rest;
          ASSERT_EQ(tokensOfTables(input, test.bottom),
                    antlr.tokens(input, test.bottom))
              << testing::PrintToString(input);
        }
      }
    }
  }
  // All of them but the one that stands for none.
  EXPECT_EQ(reached.size(), std::size(lexerAccepts) - 1);
}

/// A column is many characters: each must behave as the others.
TEST(GrammarTables, LinesOfRandomPieces) {
  const std::string pieces[] = {"FROM ",
                                "run ",
                                "ENV ",
                                "label ",
                                "ARG ",
                                "COPY ",
                                "HEALTHCHECK ",
                                "onbuild ",
                                "E222 ",
                                "a",
                                "b=c",
                                "--x=y ",
                                "-- ",
                                " ",
                                "\t",
                                "\"",
                                "'",
                                "\\",
                                "[",
                                "]",
                                ",",
                                "\"q\"",
                                "\\u00e9",
                                "=",
                                "\x03\x04",
                                "\x02",
                                "\x05",
                                "\x06",
                                "\x07",
                                "\x0e",
                                "\x0f",
                                "NONE"};
  Antlr antlr;
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string input;
    for (size_t count = random() % 12; count > 0; --count)
      if (random() % 4)
        input += pieces[random() % std::size(pieces)];
      else if (char c = static_cast<char>(random() % 128); c != '\n')
        input += c;
    input += '\n';
    Mode mode = random() % 2 ? Mode::DEFAULT_MODE : Mode::Ickfile;
    Tokens tokens = tokensOfTables(input, mode);
    ASSERT_EQ(tokens, antlr.tokens(input, mode))
        << testing::PrintToString(input);
    // Not every sequence of classes comes from bytes.
    if (!tokens)
      continue;
    std::vector<size_t> kinds;
    for (const Seen &seen : *tokens)
      kinds.push_back(seen.kind);
    kinds.push_back(0);
    std::optional<Places> places = placesOfTables(kinds);
    ASSERT_TRUE(places) << testing::PrintToString(input);
    if (i % 20 == 0) {
      ASSERT_EQ(places, placesOfAntlr(kinds)) << testing::PrintToString(input);
    }
  }
}

TEST(GrammarTables, EveryStepOfTheParserIsAntlrs) {
  constexpr size_t kinds = std::size(tokenNames);
  auto next = [](size_t state, size_t kind) -> size_t {
    return parserSteps[state][kind].next;
  };
  // Behind the end of the file nothing follows.
  size_t last = next(1, 0);
  auto paths = shortestPaths(1, kinds, next);
  EXPECT_EQ(paths.size(), std::size(parserSteps) - 1);
  for (const auto &[state, path] : paths) {
    if (state == last)
      continue;
    for (size_t kind = 0; kind < kinds; ++kind) {
      std::vector<size_t> tokens = path;
      tokens.push_back(kind);
      if (size_t reached = next(state, kind); reached != last) {
        std::vector<size_t> end{0};
        if (reached)
          end = shortestPaths(reached, kinds, next).at(last);
        tokens.insert(tokens.end(), end.begin(), end.end());
      }
      ASSERT_EQ(placesOfTables(tokens), placesOfAntlr(tokens))
          << testing::PrintToString(tokens);
    }
  }
}

} // namespace
