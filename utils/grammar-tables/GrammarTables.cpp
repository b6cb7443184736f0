// SPDX-License-Identifier: Apache-2.0
//
// Writes what ANTLR would find out at run time, the deterministic automata of
// DockerfileLexer.g4 and DockerfileParser.g4, as tables in C++. ANTLR reads the
// grammars, its runtime unpacks the networks that it made of them, and this
// program follows every path through them. llbc then needs no runtime, which
// would build the same tables in every process, for most of its time.
//
//   grammar-tables > DockerfileTables.h
#include "Determinizer.h"

#include "DockerfileLexer.h"
#include "DockerfileParser.h"

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <numeric>

namespace {

using namespace llb::tables;
using antlr4::atn::LexerActionType;

[[noreturn]] void refuse(const char *why) {
  std::fprintf(stderr, "grammar-tables: %s\n", why);
  std::exit(1);
}

/// The characters that ByteClasses.h has.
constexpr size_t characters = 128;

std::vector<size_t> upTo(size_t count) {
  std::vector<size_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

void printEnum(const char *name, const std::vector<std::string> &members) {
  std::printf("enum class %s : uint8_t {\n", name);
  for (const std::string &member : members)
    std::printf("  %s,\n", member.c_str());
  std::printf("};\n\n");
}

/// Rules whose match does the same are one for the table.
class Matches {
public:
  Matches(const antlr4::atn::ATN &network) : network(network) {}

  /// 0 is no match.
  size_t number(const std::optional<Match> &match);
  void print() const;

private:
  const antlr4::atn::ATN &network;
  std::map<std::string, size_t> numbers;
  std::vector<std::string> rows;

  std::string row(const Match &match) const;
};

std::string Matches::row(const Match &match) const {
  size_t type = network.ruleToTokenType[match.rule];
  std::string changes;
  size_t count = 0;
  auto change = [&](const char *kind, size_t mode) {
    changes += std::string(changes.empty() ? "" : ", ") +
               "{ModeChange::" + kind + ", Mode(" + std::to_string(mode) + ")}";
    ++count;
  };
  for (size_t index : match.actions) {
    antlr4::atn::LexerAction &action = *network.lexerActions[index];
    switch (action.getActionType()) {
    case LexerActionType::TYPE:
      type = static_cast<antlr4::atn::LexerTypeAction &>(action).getType();
      break;
    case LexerActionType::SKIP:
      type = 0;
      break;
    case LexerActionType::POP_MODE:
      change("Pop", 0);
      break;
    case LexerActionType::PUSH_MODE:
      change("Push",
             static_cast<antlr4::atn::LexerPushModeAction &>(action).getMode());
      break;
    case LexerActionType::MODE:
      change("Set",
             static_cast<antlr4::atn::LexerModeAction &>(action).getMode());
      break;
    default:
      refuse("a table knows no such lexer action");
    }
  }
  if (count > 2)
    refuse("a rule changes the mode more than twice");
  return "TokenKind(" + std::to_string(type) + "), " + std::to_string(count) +
         ", {" + changes + "}";
}

size_t Matches::number(const std::optional<Match> &match) {
  if (!match)
    return 0;
  auto [known, isNew] = numbers.try_emplace(row(*match), rows.size() + 1);
  if (isNew)
    rows.push_back(known->first);
  return known->second;
}

void Matches::print() const {
  std::printf("/// What lexerAccepts tells; the first is none.\n"
              "inline constexpr LexerMatch lexerMatches[] = {\n  {},\n");
  for (const std::string &row : rows)
    std::printf("  {%s},\n", row.c_str());
  std::printf("};\n\n");
}

/// Characters that every state treats alike share a column.
std::vector<size_t> columnsOf(const std::vector<State> &states,
                              std::vector<size_t> &representatives) {
  std::map<std::vector<size_t>, size_t> known;
  std::vector<size_t> columns;
  for (size_t symbol = 0; symbol < states[0].steps.size(); ++symbol) {
    std::vector<size_t> column;
    column.reserve(states.size());
    for (const State &state : states)
      column.push_back(state.steps[symbol].next);
    auto [place, isNew] = known.try_emplace(column, known.size());
    if (isNew)
      representatives.push_back(symbol);
    columns.push_back(place->second);
  }
  return columns;
}

void printLexer(DockerfileLexer &lexer) {
  const antlr4::atn::ATN &network = lexer.getATN();
  printEnum("Mode", lexer.getModeNames());
  Determinizer determinizer(network, upTo(characters));
  std::printf("/// The state in which a mode begins.\n"
              "inline constexpr uint16_t lexerStarts[] = {");
  for (size_t mode = 0; mode < network.modeToStartState.size(); ++mode)
    std::printf("%zu, ", determinizer.startOfMode(mode));
  std::printf("};\n\n");
  const std::vector<State> &states = determinizer.run();

  std::vector<size_t> representatives;
  std::vector<size_t> columns = columnsOf(states, representatives);
  std::printf("/// The column of a character.\n"
              "inline constexpr uint8_t lexerColumns[%zu] = {",
              characters);
  for (size_t column : columns)
    std::printf("%zu, ", column);
  std::printf("};\n\n");

  // A row is found by a shift.
  std::printf("/// The next state, by state and column; 0 is none.\n"
              "inline constexpr uint16_t lexerNext[][%zu] = {\n",
              std::bit_ceil(representatives.size()));
  Matches matches(network);
  std::string accepts;
  for (const State &state : states) {
    std::printf("  {");
    for (size_t symbol : representatives)
      std::printf("%zu, ", state.steps[symbol].next);
    std::printf("},\n");
    accepts += std::to_string(matches.number(state.match)) + ", ";
  }
  std::printf("};\n\n/// The match in a state, an index of lexerMatches.\n"
              "inline constexpr uint8_t lexerAccepts[] = {%s};\n\n",
              accepts.c_str());
  matches.print();
}

void printParser(DockerfileParser &parser) {
  const antlr4::atn::ATN &network = parser.getATN();
  // The end of the file is the first column, that of TokenKind::EndOfFile.
  std::vector<size_t> symbols = upTo(network.maxTokenType + 1);
  symbols[0] = antlr4::Token::EOF;
  Determinizer determinizer(network, symbols);
  if (determinizer.startOfRule(DockerfileParser::RuleFile) != 1)
    refuse("the start is not the first state");
  const std::vector<State> &states = determinizer.run();
  std::printf("/// By state and kind of token. A file begins in state 1.\n"
              "inline constexpr ParserStep parserSteps[][%zu] = {\n",
              symbols.size());
  for (const State &state : states) {
    std::printf("  {");
    for (const Step &step : state.steps)
      std::printf("{%zu, Rule(%zu), %d}, ", step.next, step.rule, step.first);
    std::printf("},\n");
  }
  std::printf("};\n\n");
}

} // namespace

int main() {
  DockerfileLexer lexer(nullptr);
  antlr4::CommonTokenStream tokens(&lexer);
  DockerfileParser parser(&tokens);

  std::printf(
      "// Made from grammars/Dockerfile*.g4 by utils/grammar-tables.\n"
      "#ifndef LLB_DOCKERFILETABLES_H\n"
      "#define LLB_DOCKERFILETABLES_H\n\n#include \"Common/GrammarTypes.h\"\n\n"
      "namespace llb::frontend::grammar {\n\n");
  std::vector<std::string> kinds{"EndOfFile"};
  for (size_t type = 1; type <= lexer.getATN().maxTokenType; ++type)
    kinds.push_back(lexer.getVocabulary().getSymbolicName(type));
  printEnum("TokenKind", kinds);
  std::printf("inline constexpr const char *tokenNames[] = {\n");
  for (const std::string &kind : kinds)
    std::printf("  \"%s\",\n", kind.c_str());
  std::printf("};\n\n");
  printEnum("Rule", parser.getRuleNames());
  printLexer(lexer);
  printParser(parser);
  std::printf("} // namespace llb::frontend::grammar\n\n#endif\n");
  return std::fflush(stdout) ? 1 : 0;
}
