// SPDX-License-Identifier: Apache-2.0
//
// First the keys of all operations that the result needs, from inputs to users;
// then, from the result down, which of them must run: one whose outputs are
// recorded under its key needs none of its inputs. What must run is put to a
// few threads in the order of the module.
//
// A step that another build over the store runs at the moment is put off until
// that has ended: then its result is taken, or, if it failed, the step is run
// here. Steps that are to run anew wait for nobody. All of this is about one
// state under one lock: the file is long because of that.
#include "llb/Engine/Solver.h"

#include "CacheMounts.h"
#include "DraftPlan.h"
#include "Entitlements.h"
#include "ImportResult.h"
#include "Steps.h"
#include "WorkLock.h"
#include "llb/CacheKey/Plan.h"
#include "llb/IR/Reach.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <set>
#include <thread>

namespace llb::engine {
namespace {

using cachekey::Fate;

class Solve {
public:
  Solve(Workshop &shop, const ir::Module &module, StepFailure &failure)
      : shop(shop), module(module), failure(failure), keys(shop, module),
        values(module.nodes.size()), announced(module.nodes.size()),
        blockers(module.nodes.size(), 0), users(module.nodes.size()) {}

  std::optional<Snapshot> run(ir::NodeId terminal);

private:
  bool checkEntitlements(ir::NodeId terminal);
  bool forgetCaches(ir::NodeId terminal);
  bool computeKeys(ir::NodeId terminal);
  void plan(ir::NodeId terminal);
  bool loadRecorded(ir::NodeId id, const std::set<int64_t> &wanted);
  bool loadImported(ir::NodeId id, const std::set<int64_t> &wanted);
  bool isShareable(ir::NodeId id) const;
  void nameResults(ir::NodeId terminal);
  void announce(ir::NodeId id);
  bool takeReady(ir::NodeId &id, std::optional<WorkLock> &lock);
  bool takeWork(ir::NodeId &id, std::optional<WorkLock> &lock);
  void work();
  llvm::Expected<Values> execute(ir::NodeId id, std::string &log);
  void finish(ir::NodeId id, llvm::Expected<Values> result, std::string log);
  void settle(ir::NodeId id, bool good, const std::string &text,
              std::string log);
  llvm::Error record(ir::NodeId id, const Values &outputs);
  void fail(ir::NodeId id, const std::string &message, std::string log);
  void noteUse(const Snapshot &result);

  Workshop &shop;
  const ir::Module &module;
  StepFailure &failure;
  Keys keys;
  cachekey::Plan steps;
  /// Steps whose layer need not be a directory.
  std::vector<bool> drafts;
  std::vector<Values> values;
  /// The terminal node and what it is made from.
  std::vector<bool> needed;
  /// Steps that progress knows.
  std::vector<bool> announced;
  /// Inputs that a step still waits for.
  std::vector<unsigned> blockers;
  std::vector<std::vector<uint32_t>> users;

  std::mutex mutex;
  std::condition_variable changed;
  std::set<uint32_t> ready;
  unsigned left = 0;
  /// Whether a step that is left is a process.
  bool runsProcess = false;
  bool failed = false;
};

void Solve::announce(ir::NodeId id) {
  if (announced[id.index])
    return;
  announced[id.index] = true;
  shop.progress.started(id.index, describeNode(module[id]));
}

void Solve::fail(ir::NodeId id, const std::string &message, std::string log) {
  if (failed)
    return;
  failed = true;
  failure.node = id;
  failure.message = message;
  failure.log = std::move(log);
  failure.canceled = shop.canceled();
}

bool Solve::checkEntitlements(ir::NodeId terminal) {
  for (uint32_t i = 0; i < terminal.index; ++i) {
    auto *exec = std::get_if<ir::Exec>(&module.nodes[i].op.body);
    if (!needed[i] || !exec)
      continue;
    if (llvm::Error error = checkExec(*exec, shop.options.entitlements)) {
      fail({i}, llvm::toString(std::move(error)), "");
      return false;
    }
  }
  return true;
}

/// Steps that are to run anew begin with empty cache mounts.
bool Solve::forgetCaches(ir::NodeId terminal) {
  for (uint32_t i = 0; i < terminal.index; ++i) {
    auto *exec = std::get_if<ir::Exec>(&module.nodes[i].op.body);
    if (!needed[i] || !exec || !module.nodes[i].metadata.ignoreCache)
      continue;
    for (const ir::Mount &mount : exec->mounts) {
      if (mount.mountType != ir::MountType::Cache)
        continue;
      if (llvm::Error error = forgetCache(shop.store, cacheIdOf(mount))) {
        fail({i}, llvm::toString(std::move(error)), "");
        return false;
      }
    }
  }
  return true;
}

bool Solve::computeKeys(ir::NodeId terminal) {
  std::vector<bool> keyed = needed;
  keyed[terminal.index] = false;
  ir::NodeId at;
  llvm::Error error = keys.compute(keyed, at);
  if (!error)
    return true;
  std::string text = llvm::toString(std::move(error));
  announce(at);
  shop.progress.finished(at.index, StepOutcome::Failed, text);
  fail(at, text, "");
  return false;
}

/// Takes the recorded outputs of a node, if all that are wanted exist.
bool Solve::loadRecorded(ir::NodeId id, const std::set<int64_t> &wanted) {
  Values found;
  for (int64_t output : wanted) {
    auto layers = findWholeResult(shop.store.index(), shop.store.root(),
                                  keys.resultName(id, output));
    if (!layers)
      return false;
    auto index = static_cast<size_t>(output);
    if (found.size() <= index)
      found.resize(index + 1);
    found[index].snapshot.layers = std::move(*layers);
  }
  values[id.index] = std::move(found);
  return true;
}

/// Whether caches of others have a say. A source says by itself what it brings,
/// and verifies it; what is open may be something else elsewhere.
bool Solve::isShareable(ir::NodeId id) const {
  return !std::holds_alternative<ir::Source>(module[id].op.body) &&
         !keys.isOpen(id);
}

/// Takes the outputs of a node from caches of others, and records them.
bool Solve::loadImported(ir::NodeId id, const std::set<int64_t> &wanted) {
  if (!shop.options.imports || !isShareable(id))
    return false;
  Values found;
  for (int64_t output : wanted) {
    auto snapshot = importResult(
        shop, keys.resultName(id, output), [&](const std::string &line) {
          announce(id);
          shop.progress.output(id.index, 2, line + "\n");
        });
    if (!snapshot)
      return false;
    auto index = static_cast<size_t>(output);
    if (found.size() <= index)
      found.resize(index + 1);
    found[index].snapshot = std::move(*snapshot);
    if (llvm::Error error = shop.store.index().putResult(
            keys.resultName(id, output), found[index].snapshot.layers)) {
      // Without a record the step is done for this build alone.
      llvm::consumeError(std::move(error));
    }
  }
  values[id.index] = std::move(found);
  return true;
}

/// Tells what of this build a cache may have.
void Solve::nameResults(ir::NodeId terminal) {
  if (!shop.options.resultNames)
    return;
  for (uint32_t i = 0; i <= terminal.index; ++i) {
    if (!needed[i])
      continue;
    for (const ir::ValueId &input : module.nodes[i].op.inputs)
      if (isShareable(input.node))
        shop.options.resultNames->insert(
            keys.resultName(input.node, input.output));
  }
}

void Solve::plan(ir::NodeId terminal) {
  steps = cachekey::planSteps(
      module, terminal,
      {[&](ir::NodeId id) { return keys.local(id) || keys.fetched(id); },
       [&](ir::NodeId id, const std::set<int64_t> &wanted) {
         return loadRecorded(id, wanted) || loadImported(id, wanted);
       },
       // What would be open has been fetched.
       [](ir::NodeId) { return false; }});
  const std::vector<Fate> &fates = steps.fates;
  drafts = planDrafts(module, terminal, fates);
  for (uint32_t i = terminal.index; i-- > 0;) {
    ir::NodeId id{i};
    bool isAtHand = fates[i] == Fate::AtHand;
    if (isAtHand)
      values[i].assign(
          1, Value{keys.fetched(id).value_or(Snapshot()), keys.local(id)});
    if (isAtHand || fates[i] == Fate::Cached) {
      announce(id);
      shop.progress.finished(
          i, isAtHand ? StepOutcome::Done : StepOutcome::Cached, "");
    }
  }
  for (uint32_t i = 0; i < terminal.index; ++i) {
    if (fates[i] != Fate::Runs)
      continue;
    ++left;
    runsProcess |= std::holds_alternative<ir::Exec>(module.nodes[i].op.body);
    for (const ir::ValueId &input : module.nodes[i].op.inputs)
      if (fates[input.node.index] == Fate::Runs) {
        ++blockers[i];
        users[input.node.index].push_back(i);
      }
    if (!blockers[i])
      ready.insert(i);
  }
}

llvm::Expected<Values> Solve::execute(ir::NodeId id, std::string &log) {
  const ir::Node &node = module[id];
  Step step{id.index,
            module,
            node,
            {},
            describeNode(node),
            shop.options.pack && drafts[id.index]};
  for (const ir::ValueId &input : node.op.inputs) {
    const Values &outputs = values[input.node.index];
    auto index = static_cast<size_t>(input.output);
    if (input.output < 0 || index >= outputs.size())
      return textError("an input has no such output");
    step.inputs.push_back(outputs[index]);
  }
  return executeOp(shop, step, log);
}

llvm::Error Solve::record(ir::NodeId id, const Values &outputs) {
  for (size_t i = 0; i < outputs.size(); ++i)
    if (!outputs[i].local)
      if (llvm::Error error = shop.store.index().putResult(
              keys.resultName(id, static_cast<int64_t>(i)),
              outputs[i].snapshot.layers))
        return error;
  return llvm::Error::success();
}

void Solve::finish(ir::NodeId id, llvm::Expected<Values> result,
                   std::string log) {
  std::string text;
  if (result)
    if (llvm::Error error = record(id, *result))
      result = std::move(error);
  if (!result) {
    llvm::Error error = result.takeError();
    if (auto blob = lostBlobOf(error)) {
      std::lock_guard<std::mutex> lock(mutex);
      failure.lostBlob = std::move(blob);
    }
    text = llvm::toString(std::move(error));
    if (!shop.canceled())
      text += shop.store.fullNote();
  }
  shop.progress.finished(id.index,
                         result            ? StepOutcome::Done
                         : shop.canceled() ? StepOutcome::Canceled
                                           : StepOutcome::Failed,
                         text);
  std::lock_guard<std::mutex> lock(mutex);
  if (result)
    values[id.index] = std::move(*result);
  settle(id, bool(result), text, std::move(log));
}

/// Counts a step as done; `mutex` is held.
void Solve::settle(ir::NodeId id, bool good, const std::string &text,
                   std::string log) {
  --left;
  if (!good)
    fail(id, text, std::move(log));
  else
    for (uint32_t user : users[id.index])
      if (--blockers[user] == 0)
        ready.insert(user);
  changed.notify_all();
}

/// Takes the first ready step that no other build has at the moment; `mutex` is
/// held.
bool Solve::takeReady(ir::NodeId &id, std::optional<WorkLock> &lock) {
  for (uint32_t index : ready) {
    id.index = index;
    if (!steps.stale[index] && !shop.canceled()) {
      auto taken = WorkLock::tryTake(shop.store, keys.key(id));
      if (!taken) {
        ready.erase(index);
        announce(id);
        std::string text = llvm::toString(taken.takeError());
        shop.progress.finished(index, StepOutcome::Failed, text);
        settle(id, /*good=*/false, text, "");
        return false;
      }
      if (!*taken) {
        if (!announced[index]) {
          announce(id);
          shop.progress.output(
              index, 2, "waiting for the same step, which runs elsewhere\n");
        }
        continue;
      }
      lock.emplace(std::move(**taken));
    }
    ready.erase(index);
    announce(id);
    return true;
  }
  return false;
}

/// Waits for a step to run. False if there is nothing more to do.
bool Solve::takeWork(ir::NodeId &id, std::optional<WorkLock> &lock) {
  // How often to look whether another build has ended a step.
  constexpr std::chrono::milliseconds pause(20);
  std::unique_lock<std::mutex> guard(mutex);
  while (!failed && left) {
    if (takeReady(id, lock))
      return true;
    if (failed || !left)
      return false;
    if (ready.empty())
      changed.wait(guard);
    else
      changed.wait_for(guard, pause);
  }
  return false;
}

void Solve::work() {
  for (;;) {
    ir::NodeId id;
    std::optional<WorkLock> lock;
    if (!takeWork(id, lock))
      return;
    // Another build may have made it since this one looked.
    if (lock && loadRecorded(id, steps.wanted[id.index])) {
      shop.progress.finished(id.index, StepOutcome::Cached, "");
      std::lock_guard<std::mutex> guard(mutex);
      settle(id, /*good=*/true, "", "");
      continue;
    }
    std::string log;
    llvm::Expected<Values> result =
        shop.canceled() ? llvm::Expected<Values>(textError("canceled"))
                        : execute(id, log);
    finish(id, std::move(result), std::move(log));
  }
}

/// Of what the build took from the store or put into it. Without that note the
/// layers only seem to be older.
void Solve::noteUse(const Snapshot &result) {
  std::set<int64_t> layers(result.layers.begin(), result.layers.end());
  for (const Values &outputs : values)
    for (const Value &value : outputs)
      layers.insert(value.snapshot.layers.begin(), value.snapshot.layers.end());
  llvm::consumeError(shop.store.index().noteUse(layers, nowNanoseconds()));
}

std::optional<Snapshot> Solve::run(ir::NodeId terminal) {
  if (module[terminal].op.inputs.empty())
    return Snapshot();
  needed = ir::findNeeded(module, terminal);
  if (!checkEntitlements(terminal) || !forgetCaches(terminal) ||
      !computeKeys(terminal))
    return std::nullopt;
  nameResults(terminal);
  plan(terminal);
  unsigned limit = shop.options.maxParallel
                       ? shop.options.maxParallel
                       : std::max(2u, std::thread::hardware_concurrency());
  // Containers die with the thread that waits for them: all threads stay until
  // the work is done.
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::min(limit, left); ++i)
    threads.emplace_back([this] { work(); });
  // Beside what comes before the first process.
  if (runsProcess)
    threads.emplace_back(
        [this] { llvm::consumeError(shop.findRuntime().takeError()); });
  for (std::thread &thread : threads)
    thread.join();
  if (failed)
    return std::nullopt;
  const ir::ValueId &root = module[terminal].op.inputs.front();
  const Values &outputs = values[root.node.index];
  auto index = static_cast<size_t>(root.output);
  auto snapshot = index < outputs.size()
                      ? shop.materialize(outputs[index])
                      : llvm::Expected<Snapshot>(
                            textError("the result has no such output"));
  if (snapshot) {
    noteUse(*snapshot);
    return std::move(*snapshot);
  }
  fail(root.node, llvm::toString(snapshot.takeError()), "");
  return std::nullopt;
}

} // namespace

std::optional<Snapshot> Solver::solve(const ir::Module &module,
                                      const ir::Result &result,
                                      StepFailure &failure) {
  if (!result.terminal.valid())
    return Snapshot();
  Workshop shop{store, snapshots, registry, progress, options};
  return Solve(shop, module, failure).run(result.terminal);
}

} // namespace llb::engine
