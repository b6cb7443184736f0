// SPDX-License-Identifier: Apache-2.0
//
// The part of Go's regular expressions that a path pattern can turn into:
// literals, classes, assertions, alternatives, `x*`, `x{n,m}` and `(.*/)?`. All
// threads advance together, so that time is bounded by the product of text and
// expression.
#ifndef LLB_SUPPORT_GOREGEXP_H
#define LLB_SUPPORT_GOREGEXP_H

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace llb {

class GoRegexp {
public:
  /// Nothing if Go's regexp.Compile fails. Of the Unicode classes only `\pL` is
  /// known, and repetitions may add up to fewer instructions than in Go; what
  /// goes beyond counts as an error.
  static std::optional<GoRegexp> compile(std::string_view expression);

  /// Whether `text` has a match, which need not be all of it.
  bool matches(std::string_view text) const {
    return run(text, /*prefixes=*/false);
  }
  /// Whether `text` has a match, or what is in front of one of its slashes.
  bool matchesPathPrefix(std::string_view text) const {
    return run(text, /*prefixes=*/true);
  }

  /// Closed ranges of runes, in any order.
  using Ranges = std::vector<std::pair<char32_t, char32_t>>;

  /// A set of runes.
  struct Class {
    Ranges ranges;
    /// Sets whose complements belong to this one.
    std::vector<Ranges> complements;
    bool letters = false, nonLetters = false;
    bool negated = false;

    bool contains(char32_t rune) const;
  };

  struct Inst {
    enum class Kind : uint8_t {
      /// Takes one rune of class `operand`.
      Take,
      /// Goes on with the next instruction and `operand` further on.
      Split,
      Jump,
      TextStart,
      TextEnd,
      WordBoundary,
      NoWordBoundary,
      Accept
    };
    Kind kind;
    int32_t operand = 0;
  };

private:
  class Threads;
  bool run(std::string_view text, bool prefixes) const;

  std::vector<Inst> program;
  std::vector<Class> classes;
};

} // namespace llb

#endif
