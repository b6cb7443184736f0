// SPDX-License-Identifier: Apache-2.0
//
// Sets of positions are states; the order inside a set is the order of the
// rules, by which ANTLR decides between equal matches.
#include "Determinizer.h"

#include <cstdio>
#include <cstdlib>

namespace llb::tables {

using antlr4::atn::ATNState;
using antlr4::atn::Transition;

[[noreturn]] static void refuse(const char *why) {
  std::fprintf(stderr, "grammar-tables: %s\n", why);
  std::exit(1);
}

/// Rules within rules deeper than this call themselves.
constexpr size_t maxDepth = 20;

Determinizer::Determinizer(const antlr4::atn::ATN &network,
                           std::vector<size_t> symbols)
    : network(network), symbols(std::move(symbols)),
      isLexer(network.grammarType == antlr4::atn::ATNType::LEXER), states(1),
      pending(1) {
  states[0].steps.resize(this->symbols.size());
  for (const antlr4::atn::DecisionState *decision : network.decisionToState)
    if (decision->nonGreedy)
      refuse("a loop is not greedy");
}

/// Follows a transition that reads nothing.
void Determinizer::follow(const Position &position, const Transition &way,
                          Positions &all) const {
  Position next = position;
  Frame &top = next.frames.back();
  switch (way.getSerializationType()) {
  case Transition::EPSILON:
    top.state = way.target->stateNumber;
    break;
  case Transition::ACTION:
    top.state = way.target->stateNumber;
    if (isLexer)
      next.actions.push_back(
          static_cast<const antlr4::atn::ActionTransition &>(way).actionIndex);
    break;
  case Transition::RULE:
    if (next.frames.size() == maxDepth)
      refuse("a rule calls itself");
    // Where the call returns to.
    top.state = static_cast<const antlr4::atn::RuleTransition &>(way)
                    .followState->stateNumber;
    next.frames.push_back({way.target->stateNumber, !isLexer});
    break;
  default:
    refuse("a table knows no predicates");
  }
  close(std::move(next), all);
}

/// Adds `position` and all that can be reached from it without reading.
void Determinizer::close(Position position, Positions &all) const {
  if (!all.insert(position).second)
    return;
  ATNState *state = network.states[position.frames.back().state];
  if (state->getStateType() == ATNState::RULE_STOP) {
    if (position.frames.size() > 1) {
      position.frames.pop_back();
      close(std::move(position), all);
    }
    return;
  }
  for (const Transition *way : state->transitions)
    if (way->isEpsilon())
      follow(position, *way, all);
}

size_t Determinizer::number(Positions positions) {
  auto [known, isNew] = numbers.try_emplace(positions, states.size());
  if (!isNew)
    return known->second;
  State &state = states.emplace_back();
  // The first rule of those that match; the set is in their order.
  for (const Position &position : positions) {
    if (position.frames.size() == 1 &&
        network.states[position.frames[0].state]->getStateType() ==
            ATNState::RULE_STOP) {
      state.match = {position.rule, position.actions};
      break;
    }
  }
  pending.push_back(std::move(positions));
  return known->second;
}

size_t Determinizer::startOfMode(size_t mode) {
  Positions all;
  for (const Transition *way : network.modeToStartState[mode]->transitions)
    close({way->target->ruleIndex, {{way->target->stateNumber, false}}, {}},
          all);
  return number(std::move(all));
}

size_t Determinizer::startOfRule(size_t rule) {
  Positions all;
  close({0, {{network.ruleToStartState[rule]->stateNumber, true}}, {}}, all);
  return number(std::move(all));
}

Step Determinizer::step(const Positions &from, size_t symbol) {
  size_t least = isLexer ? antlr4::Lexer::MIN_CHAR_VALUE
                         : size_t(antlr4::Token::MIN_USER_TOKEN_TYPE);
  size_t most =
      isLexer ? size_t(antlr4::Lexer::MAX_CHAR_VALUE) : network.maxTokenType;
  Step result;
  Positions reached;
  for (const Position &position : from) {
    const Frame &top = position.frames.back();
    ATNState *state = network.states[top.state];
    for (const Transition *way : state->transitions) {
      if (way->isEpsilon() || !way->matches(symbol, least, most))
        continue;
      Step mine{0, isLexer ? 0 : state->ruleIndex, top.fresh};
      if (!reached.empty() && mine != result)
        refuse("a token may belong to two rules");
      result = mine;
      Position next = position;
      for (Frame &frame : next.frames)
        frame.fresh = false;
      next.frames.back().state = way->target->stateNumber;
      close(std::move(next), reached);
    }
  }
  if (!reached.empty())
    result.next = number(std::move(reached));
  return result;
}

const std::vector<State> &Determinizer::run() {
  for (size_t at = 1; at < pending.size(); ++at) {
    Positions from = std::move(pending[at]);
    std::vector<Step> steps;
    steps.reserve(symbols.size());
    for (size_t symbol : symbols)
      steps.push_back(step(from, symbol));
    states[at].steps = std::move(steps);
  }
  return states;
}

} // namespace llb::tables
