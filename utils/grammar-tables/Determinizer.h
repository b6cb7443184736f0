// SPDX-License-Identifier: Apache-2.0
//
// From ANTLR's network of a grammar (its ATN) to a deterministic automaton, by
// the construction of subsets. A position in the network is a state and the
// calls that lead to it, so this ends only for grammars whose rules do not call
// themselves; others are refused, as is all that a table cannot do: predicates
// and loops that are not greedy.
#ifndef LLB_UTILS_GRAMMARTABLES_DETERMINIZER_H
#define LLB_UTILS_GRAMMARTABLES_DETERMINIZER_H

#include <antlr4-runtime.h>

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace llb::tables {

/// A call of a rule that has not returned, or the innermost state.
struct Frame {
  size_t state;
  /// No symbol was read since the rule of this state began.
  bool fresh;

  auto operator<=>(const Frame &) const = default;
};

/// One way to have come here. Ordered by the rule, so that of two rules that
/// match the same text the first one wins, as in ANTLR.
struct Position {
  /// Of a lexer: the rule of the token.
  size_t rule;
  std::vector<Frame> frames;
  /// Lexer actions passed, as indexes of the network's table.
  std::vector<size_t> actions;

  auto operator<=>(const Position &) const = default;
};

/// What reading a symbol leads to.
struct Step {
  /// 0: nothing, the symbol is not allowed.
  size_t next = 0;
  /// Of a parser: the rule that the symbol belongs to, and whether it is the
  /// rule's first.
  size_t rule = 0;
  bool first = false;

  auto operator<=>(const Step &) const = default;
};

/// What a lexer has matched when it stops in a state.
struct Match {
  size_t rule;
  std::vector<size_t> actions;

  auto operator<=>(const Match &) const = default;
};

struct State {
  /// One for each symbol.
  std::vector<Step> steps;
  std::optional<Match> match;
};

class Determinizer {
public:
  /// `symbols` are what columns stand for, in order: characters or types of
  /// tokens.
  Determinizer(const antlr4::atn::ATN &network, std::vector<size_t> symbols);

  /// The state in which a lexer's mode begins, or a parser's rule.
  size_t startOfMode(size_t mode);
  size_t startOfRule(size_t rule);

  /// Completes all states that the starts lead to. State 0 is none.
  const std::vector<State> &run();

private:
  using Positions = std::set<Position>;

  const antlr4::atn::ATN &network;
  std::vector<size_t> symbols;
  bool isLexer;
  std::map<Positions, size_t> numbers;
  std::vector<State> states;
  std::vector<Positions> pending;

  size_t number(Positions positions);
  void close(Position position, Positions &all) const;
  void follow(const Position &position, const antlr4::atn::Transition &way,
              Positions &all) const;
  Step step(const Positions &from, size_t symbol);
};

} // namespace llb::tables

#endif
