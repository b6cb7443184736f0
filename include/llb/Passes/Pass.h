// SPDX-License-Identifier: Apache-2.0
//
// What a pass is: a struct with options and a `run`, named in Passes.def. There
// is no base class and nothing registers itself; adding a pass is its file, a
// line of the table and a line of CMake.
#ifndef LLB_PASSES_PASS_H
#define LLB_PASSES_PASS_H

#include "llb/IR/Text.h"
#include "llb/Passes/ImageTable.h"
#include "llb/Passes/Remark.h"
#include "llb/Passes/Rules.h"

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace llb::passes {

/// How a pass joined the layers of one result: from the bottom, each number
/// says how many layers before the pass one layer after it is. Layers of base
/// images are not counted, nor is anything below them.
struct LayerFusion {
  std::string result;
  std::vector<uint32_t> widths;
};

/// What a pass gets besides the module.
struct PassContext {
  DiagEngine &diags;
  /// Places of the module's text. A pass that renumbers nodes clears them.
  ir::NodePlaces places;
  /// Base images, or null without a lock.
  const ImageTable *images = nullptr;
  /// Null if nobody wants remarks.
  std::vector<Remark> *remarks = nullptr;
  /// The pass that runs.
  std::string pass;
  /// What `--stats` shows of the pass that runs, in order.
  std::vector<std::pair<std::string, uint64_t>> statistics;
  /// What image histories have to follow, in order.
  std::vector<LayerFusion> fusions;
  /// Rules that a test has turned off.
  RuleSet broken = {};

  /// Whether a pass has to keep the rule.
  bool enforces(RuleId rule) const {
    return !broken.test(static_cast<size_t>(rule));
  }

  void count(std::string what, uint64_t number) {
    statistics.emplace_back(std::move(what), number);
  }
  template <class... Args>
  void remark(RemarkKind kind, const ir::Module &module, const ir::Node &node,
              RemarkId id, const Args &...args) {
    if (remarks)
      addRemark(kind, module, node, id, fmt::make_format_args(args...));
  }

private:
  void addRemark(RemarkKind kind, const ir::Module &module,
                 const ir::Node &node, RemarkId id, fmt::format_args args);
};

/// A line of a pass's option table: `strip(locations)`, `merge(max=8)`.
template <class Pass, class Type> struct Option {
  std::string_view name;
  Type Pass::*member;
  std::string_view summary;
};

template <class Pass, class Type>
constexpr Option<Pass, Type> option(std::string_view name, Type Pass::*member,
                                    std::string_view summary) {
  return {name, member, summary};
}

/// Checks the module against the rules of LLB; see Verifier.h.
struct VerifyPass {
  static constexpr std::tuple<> options() { return {}; }
  llvm::LogicalResult run(ir::Module &module, PassContext &context);
};

/// Counts keys and says what they leave open; see CacheKey.cpp.
struct CacheKeyPass {
  static constexpr std::tuple<> options() { return {}; }
  llvm::LogicalResult run(ir::Module &module, PassContext &context);
};

/// Gives equal things one form; see Canonicalize.cpp.
struct CanonicalizePass {
  static constexpr std::tuple<> options() { return {}; }
  llvm::LogicalResult run(ir::Module &module, PassContext &context);
};

/// Removes operations that no result needs; see Dce.cpp.
struct DcePass {
  static constexpr std::tuple<> options() { return {}; }
  llvm::LogicalResult run(ir::Module &module, PassContext &context);
};

/// Makes equal operations one; see Dedup.cpp.
struct DedupPass {
  static constexpr std::tuple<> options() { return {}; }
  llvm::LogicalResult run(ir::Module &module, PassContext &context);
};

/// Joins chains of file operations; see Merge.cpp.
struct MergePass {
  uint64_t max = 64;

  static constexpr auto options() {
    return std::tuple(option("max", &MergePass::max,
                             "most actions of one operation, 0 for no limit"));
  }
  llvm::LogicalResult run(ir::Module &module, PassContext &context);
};

/// Makes chains of copies a merge of copies; see ParallelCopy.cpp.
struct ParallelCopyPass {
  static constexpr std::tuple<> options() { return {}; }
  llvm::LogicalResult run(ir::Module &module, PassContext &context);
};

/// Makes floating references digests; see Pin.cpp.
struct PinPass {
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
        option("descriptions", &StripPass::descriptions, "remove descriptions"),
        option("progress-groups", &StripPass::progressGroups,
               "remove progress groups"),
        option("locations", &StripPass::locations,
               "remove places and source files"));
  }
  llvm::LogicalResult run(ir::Module &module, PassContext &context);
};

} // namespace llb::passes

#endif
