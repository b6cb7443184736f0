// SPDX-License-Identifier: Apache-2.0
//
// Keys say which steps are the same. Where they part, the two modules are
// followed from the results down: a pair of steps whose inputs are equal, or
// which do something else themselves, is where a chain first changed.
#include "llb/Diff/Diff.h"

#include "FieldDiff.h"
#include "FileDiff.h"
#include "llb/IR/Reach.h"

#include <algorithm>
#include <map>
#include <set>

namespace llb::diff {
namespace {

/// What a step is made on: its root mount, the files it changes, the first
/// input else.
ir::NodeId primaryOf(const ir::Op &op) {
  int64_t index = 0;
  if (const auto *exec = std::get_if<ir::Exec>(&op.body)) {
    for (const ir::Mount &mount : exec->mounts)
      if (mount.dest == "/")
        index = mount.input;
  } else if (const auto *file = std::get_if<ir::File>(&op.body)) {
    if (!file->actions.empty())
      index = file->actions.front().input;
  }
  if (index < 0 || index >= static_cast<int64_t>(op.inputs.size()))
    return {};
  return op.inputs[index].node;
}

class Differ {
public:
  Differ(const Side &before, const Side &after)
      : old(before), now(after), before(before.module), after(after.module),
        oldKeys(before.keys), newKeys(after.keys) {
    for (const Digest &key : oldKeys.keys)
      known.insert(key);
  }

  std::vector<ResultDiff> run();

private:
  void compare(const ir::Result &oldResult, const ir::Result &newResult,
               ResultDiff &result);
  void comparePair(ir::NodeId oldTop, ir::NodeId newTop, ResultDiff &result);
  void alignRest(const std::vector<ir::NodeId> &oldSteps,
                 const std::vector<ir::NodeId> &newSteps, ResultDiff &result);
  void compareInputs(ir::NodeId oldStep, ir::NodeId newStep,
                     ResultDiff &result);
  static const context::Contents *localAt(const Side &side, ir::NodeId id) {
    return side.locals.empty() ? nullptr : side.locals[id.index];
  }
  void collectRebuilt(ir::NodeId terminal, ResultDiff &result) const;
  const Digest &own(const ir::Module &module, ir::NodeId id,
                    std::map<uint32_t, Digest> &cache) const {
    auto [place, isNew] = cache.try_emplace(id.index);
    if (isNew)
      place->second = cachekey::ownKey(module[id].op);
    return place->second;
  }
  const Digest &ownOld(ir::NodeId id) { return own(before, id, oldOwn); }
  const Digest &ownNew(ir::NodeId id) { return own(after, id, newOwn); }

  const Side &old;
  const Side &now;
  const ir::Module &before;
  const ir::Module &after;
  const cachekey::Keys &oldKeys;
  const cachekey::Keys &newKeys;
  std::set<Digest> known;
  std::map<uint32_t, Digest> oldOwn;
  std::map<uint32_t, Digest> newOwn;
  std::vector<std::pair<ir::NodeId, ir::NodeId>> pending;
  std::set<std::pair<uint32_t, uint32_t>> seen;
  /// Pairs whose files are among the changes.
  std::set<std::pair<uint32_t, uint32_t>> filesTold;
};

/// The chains of two steps from the bottom up, for as long as keys agree.
void Differ::comparePair(ir::NodeId oldTop, ir::NodeId newTop,
                         ResultDiff &result) {
  auto chainOf = [](const ir::Module &module, ir::NodeId top) {
    std::vector<ir::NodeId> chain;
    for (ir::NodeId at = top; at.valid(); at = primaryOf(module[at].op))
      chain.push_back(at);
    std::reverse(chain.begin(), chain.end());
    return chain;
  };
  std::vector<ir::NodeId> oldChain = chainOf(before, oldTop);
  std::vector<ir::NodeId> newChain = chainOf(after, newTop);
  size_t at = 0;
  while (at < oldChain.size() && at < newChain.size() &&
         oldKeys.keys[oldChain[at].index] == newKeys.keys[newChain[at].index])
    ++at;
  bool oldEnds = at == oldChain.size();
  bool newEnds = at == newChain.size();
  if (oldEnds && newEnds)
    return;
  ir::NodeId oldStep = oldEnds ? ir::NodeId() : oldChain[at];
  ir::NodeId newStep = newEnds ? ir::NodeId() : newChain[at];
  // The same pair is met on every chain that passes it.
  if (!seen.insert({oldStep.index, newStep.index}).second)
    return;
  auto inserted = [&] {
    return oldEnds || (at + 1 < newChain.size() &&
                       ownNew(newChain[at + 1]) == ownOld(oldStep));
  };
  auto removed = [&] {
    return newEnds || (at + 1 < oldChain.size() &&
                       ownOld(oldChain[at + 1]) == ownNew(newStep));
  };
  size_t oldAt = at, newAt = at;
  bool sameSelf = !oldEnds && !newEnds && ownOld(oldStep) == ownNew(newStep);
  // Else it reads something else than before, which is another chain.
  if (!sameSelf) {
    Change change{ChangeKind::Changed, oldStep, newStep, {}, {}};
    if (inserted()) {
      change.kind = ChangeKind::Added;
      change.before = {};
      ++newAt;
    } else if (removed()) {
      change.kind = ChangeKind::Removed;
      change.after = {};
      ++oldAt;
    } else {
      change.fields = diffFields(before[oldStep].op, after[newStep].op);
    }
    result.changes.push_back(std::move(change));
  }
  // A step that was changed in place reads what it read.
  if (oldAt == newAt && !oldEnds && !newEnds)
    compareInputs(oldChain[oldAt++], newChain[newAt++], result);
  alignRest(
      {oldChain.begin() + static_cast<std::ptrdiff_t>(oldAt), oldChain.end()},
      {newChain.begin() + static_cast<std::ptrdiff_t>(newAt), newChain.end()},
      result);
}

/// Pairs what is left of two chains by what the steps do, in order.
void Differ::alignRest(const std::vector<ir::NodeId> &oldSteps,
                       const std::vector<ir::NodeId> &newSteps,
                       ResultDiff &result) {
  std::map<Digest, std::vector<size_t>> places;
  for (size_t i = newSteps.size(); i-- > 0;)
    places[ownNew(newSteps[i])].push_back(i);
  size_t next = 0;
  for (ir::NodeId oldStep : oldSteps) {
    auto found = places.find(ownOld(oldStep));
    if (found == places.end())
      continue;
    // The places come last first.
    std::vector<size_t> &at = found->second;
    while (!at.empty() && at.back() < next)
      at.pop_back();
    if (at.empty())
      continue;
    compareInputs(oldStep, newSteps[at.back()], result);
    next = at.back() + 1;
  }
}

/// What two steps of a chain read beside it are chains of their own: files of a
/// directory, which begin and end here, or other steps.
void Differ::compareInputs(ir::NodeId oldStep, ir::NodeId newStep,
                           ResultDiff &result) {
  const ir::Op &oldOp = before[oldStep].op, &newOp = after[newStep].op;
  bool sameSelf = ownOld(oldStep) == ownNew(newStep);
  size_t count = std::min(oldOp.inputs.size(), newOp.inputs.size());
  ir::NodeId oldPrimary = primaryOf(oldOp);
  std::vector<context::InputRead> oldReads, newReads;
  if (sameSelf && !(old.locals.empty() && now.locals.empty())) {
    oldReads = context::findInputReads(oldOp);
    newReads = context::findInputReads(newOp);
  }
  Change change{ChangeKind::Changed, oldStep, newStep, {}, {}};
  for (size_t i = 0; i < count; ++i) {
    ir::NodeId oldInput = oldOp.inputs[i].node;
    ir::NodeId newInput = newOp.inputs[i].node;
    const context::Contents *oldLocal = localAt(old, oldInput);
    const context::Contents *newLocal = localAt(now, newInput);
    if (oldLocal && newLocal) {
      // A step that does something else takes something else.
      if (!sameSelf)
        continue;
      llvm::append_range(change.files, diffFiles({*oldLocal, oldReads[i]},
                                                 {*newLocal, newReads[i]}));
    } else if (oldInput != oldPrimary &&
               oldKeys.keys[oldInput.index] != newKeys.keys[newInput.index]) {
      pending.emplace_back(oldInput, newInput);
    }
  }
  if (!change.files.empty() &&
      filesTold.insert({oldStep.index, newStep.index}).second)
    result.changes.push_back(std::move(change));
}

void Differ::collectRebuilt(ir::NodeId terminal, ResultDiff &result) const {
  std::vector<bool> needed = ir::findNeeded(after, terminal);
  for (uint32_t i = 0; i < terminal.index; ++i) {
    if (!needed[i])
      continue;
    ++result.steps;
    if (!known.contains(newKeys.keys[i]))
      result.rebuilt.push_back({i});
  }
}

void Differ::compare(const ir::Result &oldResult, const ir::Result &newResult,
                     ResultDiff &result) {
  seen.clear();
  filesTold.clear();
  if (newResult.terminal.valid())
    collectRebuilt(newResult.terminal, result);
  if (!oldResult.terminal.valid() || !newResult.terminal.valid()) {
    if (oldResult.terminal.valid() != newResult.terminal.valid())
      result.changes.push_back(
          {newResult.terminal.valid() ? ChangeKind::Added : ChangeKind::Removed,
           oldResult.terminal,
           newResult.terminal,
           {},
           {}});
    return;
  }
  pending.emplace_back(oldResult.terminal, newResult.terminal);
  while (!pending.empty()) {
    auto [oldStep, newStep] = pending.back();
    pending.pop_back();
    comparePair(oldStep, newStep, result);
  }
}

std::vector<ResultDiff> Differ::run() {
  std::vector<ResultDiff> diffs;
  bool single = before.results.size() == 1 && after.results.size() == 1;
  auto find = [](const ir::Module &module,
                 const std::string &name) -> const ir::Result * {
    for (const ir::Result &result : module.results)
      if (result.name == name)
        return &result;
    return nullptr;
  };
  for (const ir::Result &newResult : after.results) {
    ResultDiff &diff = diffs.emplace_back();
    diff.name = newResult.name;
    const ir::Result *oldResult =
        single ? &before.results.front() : find(before, newResult.name);
    if (oldResult) {
      compare(*oldResult, newResult, diff);
      continue;
    }
    diff.kind = ChangeKind::Added;
    if (newResult.terminal.valid())
      collectRebuilt(newResult.terminal, diff);
  }
  for (const ir::Result &oldResult : before.results)
    if (!single && !find(after, oldResult.name)) {
      ResultDiff &diff = diffs.emplace_back();
      diff.name = oldResult.name;
      diff.kind = ChangeKind::Removed;
    }
  return diffs;
}

} // namespace

std::vector<ResultDiff> diffModules(const Side &before, const Side &after) {
  return Differ(before, after).run();
}

} // namespace llb::diff
