// SPDX-License-Identifier: Apache-2.0
//
// For each value it is kept which paths of it change. File operations say where
// a changed file goes, so that a copy from another stage is known to see the
// change or not. What a process writes can't be told: everything in its result
// may change.
#include "llb/CacheKey/Impact.h"

#include "PathSelection.h"
#include "llb/IR/Places.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoPath.h"

#include <algorithm>

namespace llb::cachekey {
namespace {

struct Change {
  /// Clean, absolute: this or something below it.
  std::string path;
  bool certain;
};

struct State {
  Effect effect = Effect::None;
  std::vector<Change> changes;
};

/// So many changed paths of one value are told apart; beyond, it is `/`.
constexpr size_t mostChanges = 64;

class Finder {
public:
  Finder(const ir::Module &module, const std::string &context,
         const std::vector<std::string> &paths)
      : module(module), states(module.nodes.size()) {
    identifier = "local://" + context;
    for (const std::string &path : paths)
      changed.push_back(go::joinPath({"/", path}));
  }

  Impact run();

private:
  void visit(uint32_t index);
  void visitFile(const ir::Op &op, const ir::File &file, State &state);
  void visitExec(const ir::Op &op, const ir::Exec &exec, State &state);
  void raise(State &state, Effect effect) const {
    state.effect = std::max(state.effect, effect);
  }
  /// Notes that a path of the result changes.
  static void note(State &state, Change change) {
    if (state.changes.size() >= mostChanges)
      state.changes = {{"/", false}};
    else
      state.changes.push_back(std::move(change));
  }
  void add(State &state, Change change) const {
    raise(state, change.certain ? Effect::Rebuilds : Effect::MayRebuild);
    note(state, std::move(change));
  }
  const State *stateAt(const ir::Op &op, int64_t input) const {
    if (input < 0 || input >= static_cast<int64_t>(op.inputs.size()))
      return nullptr;
    return &states[op.inputs[input].node.index];
  }

  const ir::Module &module;
  std::string identifier;
  std::vector<std::string> changed;
  std::vector<State> states;
};

void Finder::visitFile(const ir::Op &op, const ir::File &file, State &state) {
  for (const ir::FileAction &action : file.actions) {
    if (const State *base = stateAt(op, action.input)) {
      // A step on top of one that is built again is built again.
      raise(state, base->effect);
      for (const Change &change : base->changes)
        note(state, change);
    }
    const State *read = stateAt(op, action.secondaryInput);
    const auto *copy = std::get_if<ir::Copy>(&action.action);
    if (!read || !copy)
      continue;
    for (const Change &change : read->changes) {
      if (change.path != "/" && change.certain) {
        if (auto dest = destinationOf(*copy, change.path))
          add(state, {*dest, true});
        else if (readsAround(*copy, change.path))
          add(state, {go::joinPath({"/", copy->dest}), false});
      } else if (readsAround(*copy, change.path)) {
        add(state, {go::joinPath({"/", copy->dest}), false});
      }
    }
  }
}

void Finder::visitExec(const ir::Op &op, const ir::Exec &exec, State &state) {
  for (const ir::Mount &mount : exec.mounts) {
    const State *input = stateAt(op, mount.input);
    if (!input || (input->effect == Effect::None && input->changes.empty()))
      continue;
    bool byContent = mount.readonly || mount.output == ir::noIndex;
    if (mount.dest == "/" || !byContent) {
      raise(state, input->effect);
      if (input->effect == Effect::None)
        raise(state, Effect::Rebuilds);
      continue;
    }
    ir::Copy whole;
    whole.src = mount.selector.empty() ? "/" : mount.selector;
    for (const Change &change : input->changes)
      if (readsAround(whole, change.path))
        raise(state, change.certain ? Effect::Rebuilds : Effect::MayRebuild);
  }
  if (state.effect != Effect::None)
    state.changes = {{"/", false}};
}

void Finder::visit(uint32_t index) {
  const ir::Op &op = module.nodes[index].op;
  State &state = states[index];
  if (const auto *source = std::get_if<ir::Source>(&op.body)) {
    if (source->identifier == identifier)
      for (const std::string &path : changed)
        if (passesFilters(*source, path.substr(1)))
          state.changes.push_back({path, true});
    return;
  }
  if (const auto *file = std::get_if<ir::File>(&op.body))
    return visitFile(op, *file, state);
  if (const auto *exec = std::get_if<ir::Exec>(&op.body))
    return visitExec(op, *exec, state);
  bool terminal = std::holds_alternative<std::monostate>(op.body);
  for (const ir::ValueId &input : op.inputs) {
    const State &from = states[input.node.index];
    if (!terminal)
      raise(state, from.effect);
    for (const Change &change : from.changes)
      note(state, change);
  }
  // Of other operations only merges keep their inputs' paths.
  if (!state.changes.empty() && !std::holds_alternative<ir::Merge>(op.body))
    state.changes = {{"/", false}};
}

Impact Finder::run() {
  Impact impact;
  std::vector<uint32_t> length(module.nodes.size());
  std::vector<ir::NodeId> before(module.nodes.size());
  ir::NodeId last;
  for (uint32_t i = 0; i < module.nodes.size(); ++i) {
    visit(i);
    impact.effects.push_back(states[i].effect);
    for (const ir::ValueId &input : module.nodes[i].op.inputs)
      if (length[input.node.index] > length[i]) {
        length[i] = length[input.node.index];
        before[i] = input.node;
      }
    if (states[i].effect == Effect::None)
      continue;
    ++length[i];
    if (!last.valid() || length[i] > length[last.index])
      last = {i};
  }
  for (; last.valid(); last = before[last.index])
    if (impact.effects[last.index] != Effect::None)
      impact.longestChain.push_back(last);
  std::reverse(impact.longestChain.begin(), impact.longestChain.end());
  return impact;
}

std::string_view nameOf(Effect effect) {
  switch (effect) {
  case Effect::None:
    return "stays cached";
  case Effect::MayRebuild:
    return "may rebuild";
  case Effect::Rebuilds:
    return "rebuilds";
  }
  return "";
}

void writeStep(const ir::Module &module, ir::NodeId id,
               llvm::raw_ostream &out) {
  out << "{\"line\":" << go::jsonString(lineOf(module, module[id]).str())
      << ",\"step\":" << go::jsonString(titleOf(module[id]));
}

} // namespace

Impact findImpact(const ir::Module &module, const std::string &context,
                  const std::vector<std::string> &paths) {
  return Finder(module, context, paths).run();
}

void printImpactText(const ir::Module &module, const Impact &impact,
                     llvm::raw_ostream &out) {
  for (uint32_t i = 0; i < impact.effects.size(); ++i)
    if (impact.effects[i] != Effect::None)
      out << describeNode(module, module.nodes[i]) << ": "
          << nameOf(impact.effects[i]) << '\n';
  if (impact.longestChain.empty()) {
    out << "nothing builds again\n";
    return;
  }
  out << "longest chain: " << impact.longestChain.size()
      << (impact.longestChain.size() == 1 ? " step\n" : " steps\n");
  for (ir::NodeId id : impact.longestChain)
    out << "  " << describeNode(module, module[id]) << '\n';
}

void printImpactJson(const ir::Module &module, const Impact &impact,
                     llvm::raw_ostream &out) {
  out << "{\"steps\":[";
  const char *before = "";
  for (uint32_t i = 0; i < impact.effects.size(); ++i) {
    if (impact.effects[i] == Effect::None)
      continue;
    out << before;
    before = ",";
    writeStep(module, {i}, out);
    out << ",\"effect\":\""
        << (impact.effects[i] == Effect::Rebuilds ? "rebuilds" : "may-rebuild")
        << "\"}";
  }
  out << "],\"longestChain\":[";
  before = "";
  for (ir::NodeId id : impact.longestChain) {
    out << before;
    before = ",";
    writeStep(module, id, out);
    out << '}';
  }
  out << "]}\n";
}

} // namespace llb::cachekey
