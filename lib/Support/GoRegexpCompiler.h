// SPDX-License-Identifier: Apache-2.0
//
// Translates an expression into a program of GoRegexp. Made for one expression
// and used once.
#ifndef LLB_SUPPORT_GOREGEXPCOMPILER_H
#define LLB_SUPPORT_GOREGEXPCOMPILER_H

#include "GoRegexp.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace llb {

class GoRegexpCompiler {
public:
  GoRegexpCompiler(std::string_view text, std::vector<GoRegexp::Inst> &program,
                   std::vector<GoRegexp::Class> &classes)
      : rest(text), program(program), classes(classes) {}

  /// False if Go's regexp.Compile fails.
  bool run();

private:
  using Kind = GoRegexp::Inst::Kind;

  /// Something that can be repeated. Jumps are relative, so that the
  /// instructions can be copied.
  struct Item {
    std::vector<GoRegexp::Inst> insts;
    /// The product of the repetition counts in it.
    int repeats = 1;
  };
  struct Repeat {
    int min = 0;
    /// Negative if there is no limit.
    int max = 0;
  };
  enum class Found { No, Yes, Error };

  bool item();
  bool backslash();
  bool bracket();
  void dirsGroup();
  void quoted();
  Found classEscape(GoRegexp::Class &set);
  Found unicodeClass(GoRegexp::Class &set);
  Found posixClass(GoRegexp::Class &set);
  bool classRune(char32_t &rune);
  bool escape(char32_t &rune);
  bool hexEscape(char32_t &rune);

  bool takeCount(int &count);
  bool takeRepeat(Repeat &repeat);
  bool apply(Repeat repeat);
  void finishAlternative();

  char32_t next();
  void literal(char32_t rune);
  void dot();
  void take(GoRegexp::Class set);
  void push(Kind kind, int32_t operand = 0) {
    items.push_back({{{kind, operand}}});
  }

  std::string_view rest;
  std::vector<GoRegexp::Inst> &program;
  std::vector<GoRegexp::Class> &classes;
  /// The alternative at hand, and those before it.
  std::vector<Item> items;
  std::vector<std::vector<GoRegexp::Inst>> alternatives;
  size_t size = 0;
};

} // namespace llb

#endif
