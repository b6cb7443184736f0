// SPDX-License-Identifier: Apache-2.0
//
// First the keys of all operations that the result needs, from inputs to users;
// then, from the result down, which of them must run: one whose outputs are
// recorded under its key needs none of its inputs. What must run is put to a
// few threads in the order of the module.
#include "llb/Engine/Solver.h"

#include "CacheMounts.h"
#include "Entitlements.h"
#include "Git.h"
#include "Steps.h"
#include "llb/CacheKey/Plan.h"
#include "llb/IR/Reach.h"

#include <algorithm>
#include <condition_variable>
#include <set>
#include <thread>

namespace llb::engine {
namespace {

constexpr std::string_view nameKey = "llb.customname";

using cachekey::Fate;

PlatformSpec platformOf(const ir::Op &op) {
  PlatformSpec platform;
  if (!op.platform)
    return PlatformSpec::host();
  platform.os = op.platform->os;
  platform.architecture = op.platform->architecture;
  platform.variant = op.platform->variant;
  return platform.normalized();
}

class Solve {
public:
  Solve(Workshop &shop, const ir::Module &module, StepFailure &failure)
      : shop(shop), module(module), failure(failure), keys(shop, module),
        values(module.nodes.size()), blockers(module.nodes.size(), 0),
        users(module.nodes.size()) {}

  std::optional<Snapshot> run(ir::NodeId terminal);

private:
  bool checkEntitlements(ir::NodeId terminal);
  bool forgetCaches(ir::NodeId terminal);
  bool computeKeys(ir::NodeId terminal);
  void plan(ir::NodeId terminal);
  bool loadCached(ir::NodeId id, const std::set<int64_t> &wanted);
  void work();
  llvm::Expected<Snapshot> fetch(ir::NodeId id, const ir::Source &source);
  llvm::Expected<Values> execute(ir::NodeId id, std::string &log);
  void finish(ir::NodeId id, llvm::Expected<Values> result, std::string log);
  llvm::Error record(ir::NodeId id, const Values &outputs);
  void fail(ir::NodeId id, const std::string &message, std::string log);
  void noteUse(const Snapshot &result);

  Workshop &shop;
  const ir::Module &module;
  StepFailure &failure;
  Keys keys;
  std::vector<Fate> fates;
  std::vector<Values> values;
  /// Inputs that a step still waits for.
  std::vector<unsigned> blockers;
  std::vector<std::vector<uint32_t>> users;

  std::mutex mutex;
  std::condition_variable changed;
  std::set<uint32_t> ready;
  unsigned running = 0, left = 0;
  bool failed = false;
};

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
  std::vector<bool> reached = ir::findNeeded(module, terminal);
  for (uint32_t i = 0; i < terminal.index; ++i) {
    auto *exec = std::get_if<ir::Exec>(&module.nodes[i].op.body);
    if (!reached[i] || !exec)
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
  std::vector<bool> reached = ir::findNeeded(module, terminal);
  for (uint32_t i = 0; i < terminal.index; ++i) {
    auto *exec = std::get_if<ir::Exec>(&module.nodes[i].op.body);
    if (!reached[i] || !exec || !module.nodes[i].metadata.ignoreCache)
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
  std::vector<bool> needed = ir::findNeeded(module, terminal);
  needed[terminal.index] = false;
  ir::NodeId at;
  llvm::Error error = keys.compute(needed, at);
  if (!error)
    return true;
  std::string text = llvm::toString(std::move(error));
  shop.progress.started(at.index, describeNode(module[at]));
  shop.progress.finished(at.index, StepOutcome::Failed, text);
  fail(at, text, "");
  return false;
}

/// Takes the recorded outputs of a node, if all that are wanted exist.
bool Solve::loadCached(ir::NodeId id, const std::set<int64_t> &wanted) {
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

void Solve::plan(ir::NodeId terminal) {
  fates =
      cachekey::planSteps(
          module, terminal,
          {[&](ir::NodeId id) { return keys.local(id) || keys.fetched(id); },
           [&](ir::NodeId id, const std::set<int64_t> &wanted) {
             return loadCached(id, wanted);
           },
           // What would be open has been fetched.
           [](ir::NodeId) { return false; }})
          .fates;
  for (uint32_t i = terminal.index; i-- > 0;) {
    ir::NodeId id{i};
    bool isAtHand = fates[i] == Fate::AtHand;
    if (isAtHand)
      values[i].assign(
          1, Value{keys.fetched(id).value_or(Snapshot()), keys.local(id)});
    if (isAtHand || fates[i] == Fate::Cached) {
      shop.progress.started(i, describeNode(module[id]));
      shop.progress.finished(
          i, isAtHand ? StepOutcome::Done : StepOutcome::Cached, "");
    }
  }
  for (uint32_t i = 0; i < terminal.index; ++i) {
    if (fates[i] != Fate::Runs)
      continue;
    ++left;
    for (const ir::ValueId &input : module.nodes[i].op.inputs)
      if (fates[input.node.index] == Fate::Runs) {
        ++blockers[i];
        users[input.node.index].push_back(i);
      }
    if (!blockers[i])
      ready.insert(i);
  }
}

llvm::Expected<Snapshot> Solve::fetch(ir::NodeId id, const ir::Source &source) {
  std::string_view identifier = source.identifier;
  if (identifier.starts_with(imageScheme))
    return pullImage(shop, std::string(identifier.substr(imageScheme.size())),
                     platformOf(module[id].op));
  if (identifier.starts_with(ociScheme))
    return loadImage(shop, source, platformOf(module[id].op));
  if (identifier.starts_with(gitScheme))
    return fetchGit(shop, source, id.index);
  return fetchHttp(shop, source, nullptr);
}

llvm::Expected<Values> Solve::execute(ir::NodeId id, std::string &log) {
  const ir::Node &node = module[id];
  Step step{id.index, node, {}, describeNode(node)};
  for (const ir::ValueId &input : node.op.inputs) {
    const Values &outputs = values[input.node.index];
    auto index = static_cast<size_t>(input.output);
    if (input.output < 0 || index >= outputs.size())
      return textError("an input has no such output");
    step.inputs.push_back(outputs[index]);
  }
  const ir::OpBody &body = node.op.body;
  if (auto *file = std::get_if<ir::File>(&body))
    return runFileStep(shop, step, *file);
  if (auto *exec = std::get_if<ir::Exec>(&body))
    return runExecStep(shop, step, *exec, log);
  if (auto *merge = std::get_if<ir::Merge>(&body))
    return runMergeStep(shop, step, *merge);
  if (auto *diff = std::get_if<ir::Diff>(&body))
    return runDiffStep(shop, step, *diff);
  if (auto *pass = std::get_if<ir::Passthrough>(&body)) {
    Values outputs;
    for (int64_t index : pass->outputs) {
      if (index < 0 || index >= static_cast<int64_t>(step.inputs.size()))
        return textError("passthrough of an input that does not exist");
      outputs.push_back(step.inputs[static_cast<size_t>(index)]);
    }
    return outputs;
  }
  if (auto *source = std::get_if<ir::Source>(&body)) {
    auto snapshot = fetch(id, *source);
    if (!snapshot)
      return snapshot.takeError();
    return Values(1, Value{std::move(*snapshot), nullptr});
  }
  return textError("an operation of this kind cannot be executed");
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
  if (!result)
    text = llvm::toString(result.takeError());
  shop.progress.finished(id.index,
                         result            ? StepOutcome::Done
                         : shop.canceled() ? StepOutcome::Canceled
                                           : StepOutcome::Failed,
                         text);
  std::lock_guard<std::mutex> lock(mutex);
  --running;
  --left;
  if (!result) {
    fail(id, text, std::move(log));
  } else {
    values[id.index] = std::move(*result);
    for (uint32_t user : users[id.index])
      if (--blockers[user] == 0)
        ready.insert(user);
  }
  changed.notify_all();
}

void Solve::work() {
  for (;;) {
    ir::NodeId id;
    {
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [&] { return failed || !left || !ready.empty(); });
      if (failed || !left)
        return;
      id.index = *ready.begin();
      ready.erase(ready.begin());
      ++running;
    }
    shop.progress.started(id.index, describeNode(module[id]));
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
  if (!checkEntitlements(terminal) || !forgetCaches(terminal) ||
      !computeKeys(terminal))
    return std::nullopt;
  plan(terminal);
  unsigned limit = shop.options.maxParallel
                       ? shop.options.maxParallel
                       : std::max(2u, std::thread::hardware_concurrency());
  // Containers die with the thread that waits for them: all threads stay until
  // the work is done.
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::min(limit, left); ++i)
    threads.emplace_back([this] { work(); });
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

std::string joinWords(const ir::StringList &words) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

} // namespace

std::string describeNode(const ir::Node &node) {
  auto custom = node.metadata.description.find(std::string(nameKey));
  if (custom != node.metadata.description.end())
    return custom->second;
  if (auto *source = std::get_if<ir::Source>(&node.op.body))
    return source->identifier;
  if (auto *exec = std::get_if<ir::Exec>(&node.op.body))
    return exec->meta ? joinWords(exec->meta->args) : "exec";
  if (auto *file = std::get_if<ir::File>(&node.op.body)) {
    std::string text;
    for (const ir::FileAction &action : file->actions) {
      if (!text.empty())
        text += ", ";
      if (auto *copy = std::get_if<ir::Copy>(&action.action))
        text += "copy " + copy->src + " " + copy->dest;
      else if (auto *mkFile = std::get_if<ir::MkFile>(&action.action))
        text += "mkfile " + mkFile->path;
      else if (auto *mkDir = std::get_if<ir::MkDir>(&action.action))
        text += "mkdir " + mkDir->path;
      else if (auto *rm = std::get_if<ir::Rm>(&action.action))
        text += "rm " + rm->path;
      else if (auto *symlink = std::get_if<ir::Symlink>(&action.action))
        text += "symlink " + symlink->newPath;
    }
    return text;
  }
  if (std::holds_alternative<ir::Merge>(node.op.body))
    return "merge";
  if (std::holds_alternative<ir::Diff>(node.op.body))
    return "diff";
  return "step";
}

std::optional<Snapshot> Solver::solve(const ir::Module &module,
                                      const ir::Result &result,
                                      StepFailure &failure) {
  if (!result.terminal.valid())
    return Snapshot();
  Workshop shop{store, snapshots, registry, progress, options, {}, {}, {}, {}};
  return Solve(shop, module, failure).run(result.terminal);
}

} // namespace llb::engine
