// SPDX-License-Identifier: Apache-2.0
//
// Runs the programs that GoRegexpCompiler makes.
#include "GoRegexp.h"

#include "GoRegexpCompiler.h"
#include "llb/Support/Unicode.h"

#include <algorithm>

namespace llb {
namespace {

using Kind = GoRegexp::Inst::Kind;

/// Stands for what is before the start and after the end.
constexpr char32_t noRune = 0x110000;

bool inRanges(const GoRegexp::Ranges &ranges, char32_t rune) {
  return std::any_of(ranges.begin(), ranges.end(), [rune](const auto &range) {
    return range.first <= rune && rune <= range.second;
  });
}

bool isWordRune(char32_t rune) {
  return rune < 0x80 &&
         (unicode::isLetter(rune) || unicode::isDigit(rune) || rune == '_');
}

bool holds(Kind assertion, char32_t before, char32_t after) {
  switch (assertion) {
  case Kind::TextStart:
    return before == noRune;
  case Kind::TextEnd:
    return after == noRune;
  case Kind::WordBoundary:
    return isWordRune(before) != isWordRune(after);
  case Kind::NoWordBoundary:
    return isWordRune(before) == isWordRune(after);
  default:
    return false;
  }
}

} // namespace

bool GoRegexp::Class::contains(char32_t rune) const {
  bool found = inRanges(ranges, rune) ||
               std::any_of(complements.begin(), complements.end(),
                           [rune](const Ranges &excluded) {
                             return !inRanges(excluded, rune);
                           });
  if (!found && (letters || nonLetters))
    found = unicode::isLetter(rune) ? letters : nonLetters;
  return found != negated;
}

std::optional<GoRegexp> GoRegexp::compile(std::string_view expression) {
  GoRegexp result;
  if (!GoRegexpCompiler(expression, result.program, result.classes).run())
    return std::nullopt;
  return result;
}

/// The places where a match goes on, each once.
class GoRegexp::Threads {
public:
  Threads(const GoRegexp &regexp)
      : program(regexp.program), classes(regexp.classes),
        seen(program.size(), 0) {}

  /// Follows all that takes no rune from `starts` on and keeps the Take
  /// instructions that are reached. True if Accept is.
  bool reach(const std::vector<size_t> &starts, char32_t before,
             char32_t after);
  /// Puts what comes after taking `rune` into `starts`.
  void step(char32_t rune, std::vector<size_t> &starts) const;

private:
  const std::vector<Inst> &program;
  const std::vector<Class> &classes;
  std::vector<size_t> takes, pending;
  /// The number of the last call of `reach` that came by.
  std::vector<uint32_t> seen;
  uint32_t round = 0;
};

bool GoRegexp::Threads::reach(const std::vector<size_t> &starts,
                              char32_t before, char32_t after) {
  ++round;
  takes.clear();
  pending.assign(starts.begin(), starts.end());
  while (!pending.empty()) {
    size_t at = pending.back();
    pending.pop_back();
    if (seen[at] == round)
      continue;
    seen[at] = round;
    const Inst &inst = program[at];
    size_t target = at + static_cast<size_t>(inst.operand);
    switch (inst.kind) {
    case Kind::Accept:
      return true;
    case Kind::Take:
      takes.push_back(at);
      break;
    case Kind::Split:
      pending.push_back(at + 1);
      pending.push_back(target);
      break;
    case Kind::Jump:
      pending.push_back(target);
      break;
    default:
      if (holds(inst.kind, before, after))
        pending.push_back(at + 1);
    }
  }
  return false;
}

void GoRegexp::Threads::step(char32_t rune, std::vector<size_t> &starts) const {
  starts.clear();
  for (size_t at : takes)
    if (classes[static_cast<size_t>(program[at].operand)].contains(rune))
      starts.push_back(at + 1);
}

bool GoRegexp::run(std::string_view text, bool prefixes) const {
  // With alternatives, only the first has the anchor of the whole.
  bool anchored = program[0].kind == Kind::TextStart;
  Threads threads(*this);
  std::vector<size_t> starts = {0};
  char32_t before = noRune;
  while (!starts.empty()) {
    if (text.empty())
      return threads.reach(starts, before, noRune);
    if (prefixes && text[0] == '/' && threads.reach(starts, before, noRune))
      return true;
    unicode::Decoded next = unicode::decode(text);
    if (threads.reach(starts, before, next.rune))
      return true;
    threads.step(next.rune, starts);
    if (!anchored)
      starts.push_back(0);
    before = next.rune;
    text.remove_prefix(next.length);
  }
  return false;
}

} // namespace llb
