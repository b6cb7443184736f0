// SPDX-License-Identifier: Apache-2.0
//
// Each delta is tried on all of its targets at once, then on halves, quarters
// and so on down to single ones; what was accepted stays away. All deltas take
// turns until none of them helps. A module counts as smaller if it has fewer
// results, then fewer operations, then a shorter text: so every acceptance is
// progress, and there is an end.
#include "llb/Reduce/Reduce.h"

#include "Delta.h"
#include "llb/IR/Text.h"
#include "llb/IR/Verifier.h"

#include <llvm/Support/SourceMgr.h>
#include <tuple>

namespace llb::reduce {
namespace {

constexpr Delta deltas[] = {
    {"results", dropResults},
    {"operations by their inputs", replaceByInput},
    {"operations by scratch", replaceByScratch},
    {"operations without use", dropUnused},
    {"actions", dropActions},
    {"merge inputs", dropMergeInputs},
    {"mounts", dropMounts},
    {"source map", dropSourceMap},
    {"metadata", dropMetadata},
    {"fields", resetFields},
};

using Size = std::tuple<size_t, size_t, size_t>;

Size sizeOf(const ir::Module &module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  ir::printModule(module, {}, out);
  return {module.results.size(), module.nodes.size(), text.size()};
}

bool verifies(const ir::Module &module) {
  llvm::SourceMgr sources;
  DiagEngine diags(sources);
  return succeeded(ir::verify(module, diags));
}

class Reducer {
public:
  Reducer(ir::Module &best, const ReduceOptions &options)
      : best(best), options(options), size(sizeOf(best)) {}

  uint64_t run();

private:
  bool tryDelta(const Delta &delta);
  bool accept(ir::Module candidate, std::string_view name);

  ir::Module &best;
  const ReduceOptions &options;
  Size size;
  /// Whether candidates may be tidied: not if the fault is in what that
  /// removes.
  bool tidies = false;
  uint64_t tests = 0;
};

bool Reducer::accept(ir::Module candidate, std::string_view name) {
  if (tidies)
    tidy(candidate);
  if (candidate.results.empty())
    return false;
  Size now = sizeOf(candidate);
  if (now >= size || (options.verify && !verifies(candidate)))
    return false;
  ++tests;
  if (!options.isInteresting(candidate))
    return false;
  best = std::move(candidate);
  size = now;
  options.onSmaller(name, best);
  return true;
}

bool Reducer::tryDelta(const Delta &delta) {
  const ir::Module start = best;
  ir::Module counted = start;
  Targets counter;
  delta.run(counted, counter);
  size_t count = counter.count();
  std::vector<bool> dropped(count);
  bool helped = false;
  for (size_t chunk = count; chunk > 0; chunk /= 2)
    for (size_t from = 0; from < count; from += chunk) {
      if (options.shouldStop())
        return helped;
      std::vector<bool> trial = dropped;
      for (size_t i = from; i < std::min(from + chunk, count); ++i)
        trial[i] = true;
      if (trial == dropped)
        continue;
      ir::Module candidate = start;
      Targets targets(trial);
      delta.run(candidate, targets);
      if (!accept(std::move(candidate), delta.name))
        continue;
      dropped = std::move(trial);
      helped = true;
    }
  return helped;
}

uint64_t Reducer::run() {
  ir::Module tidied = best;
  tidy(tidied);
  if (sizeOf(tidied) == size) {
    tidies = true;
  } else {
    tidies = accept(std::move(tidied), "tidying");
  }
  for (bool helped = true; helped && !options.shouldStop();) {
    helped = false;
    for (const Delta &delta : deltas)
      helped |= tryDelta(delta);
  }
  return tests;
}

} // namespace

uint64_t reduceModule(ir::Module &module, const ReduceOptions &options) {
  return Reducer(module, options).run();
}

} // namespace llb::reduce
