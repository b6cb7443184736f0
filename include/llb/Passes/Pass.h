// SPDX-License-Identifier: Apache-2.0
//
// What a pass is: a struct with options and a `run`, named in Passes.def. There
// is no base class and nothing registers itself; adding a pass is its file, a
// line of the table and a line of CMake.
#ifndef LLB_PASSES_PASS_H
#define LLB_PASSES_PASS_H

#include "llb/IR/Text.h"

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace llb::passes {

/// What a pass gets besides the module.
struct PassContext {
  DiagEngine &diags;
  /// Places of the module's text. A pass that renumbers nodes clears them.
  ir::NodePlaces places;
  /// What `--stats` shows of the pass that runs, in order.
  std::vector<std::pair<std::string, uint64_t>> statistics;

  void count(std::string what, uint64_t number) {
    statistics.emplace_back(std::move(what), number);
  }
};

/// A line of a pass's option table: `strip(locations)`.
template <class Pass> struct Option {
  std::string_view name;
  bool Pass::*member;
  std::string_view summary;
};

/// Checks the module against the rules of LLB; see Verifier.h.
struct VerifyPass {
  static constexpr std::tuple<> options() { return {}; }
  llvm::LogicalResult run(ir::Module &module, PassContext &context);
};

/// Removes operations that no result needs; see Dce.cpp.
struct DcePass {
  static constexpr std::tuple<> options() { return {}; }
  llvm::LogicalResult run(ir::Module &module, PassContext &context);
};

/// Removes what is there for people alone; see Strip.cpp. Without an option
/// everything goes.
struct StripPass {
  bool descriptions = false;
  bool progressGroups = false;
  bool locations = false;

  static constexpr auto options() {
    return std::tuple(
        Option<StripPass>{"descriptions", &StripPass::descriptions,
                          "remove descriptions"},
        Option<StripPass>{"progress-groups", &StripPass::progressGroups,
                          "remove progress groups"},
        Option<StripPass>{"locations", &StripPass::locations,
                          "remove places and source files"});
  }
  llvm::LogicalResult run(ir::Module &module, PassContext &context);
};

} // namespace llb::passes

#endif
