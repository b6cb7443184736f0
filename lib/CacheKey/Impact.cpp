// SPDX-License-Identifier: Apache-2.0
//
// For each value it is kept which paths of it change. File operations say where
// a changed file goes, so that a copy from another stage is known to see the
// change or not. What a process writes can't be told: everything in its result
// may change. So may a file over which a later action may write.
//
// What a reader takes of a directory that is at hand is asked of the directory,
// as for keys: then names alone decide nothing.
#include "llb/CacheKey/Impact.h"

#include "PathSelection.h"
#include "llb/CacheKey/ContentKey.h"
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
  /// Of a directory at hand: the entries behind the certain changes, in their
  /// order. The other changes are of files that are not there.
  std::vector<size_t> entries;
};

/// So many changed paths of one value are told apart; beyond, it is `/`.
constexpr size_t mostChanges = 64;

class Finder {
public:
  Finder(const ir::Module &module, const std::string &context,
         const std::vector<std::string> &paths,
         const context::LocalContents &locals)
      : module(module), locals(locals), states(module.nodes.size()) {
    identifier = "local://" + context;
    for (const std::string &path : paths)
      changed.push_back(go::joinPath({"/", path}));
  }

  Impact run();

private:
  void visit(uint32_t index);
  void visitFile(const ir::Op &op, const ir::File &file, State &state);
  void visitExec(const ir::Op &op, const ir::Exec &exec, State &state);
  void visitSource(uint32_t index, const ir::Source &source, State &state);
  /// Whether a reader sees a change of its input, or nothing if only names can
  /// tell.
  std::optional<bool> sees(const ir::Op &op, int64_t input, size_t change,
                           const context::Selector &selector);
  void raise(State &state, Effect effect) const {
    state.effect = std::max(state.effect, effect);
  }
  /// After an action that may write over what changed, or remove it, the change
  /// may be gone.
  static void overwrite(State &state, const ir::FileAction &action);
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
  const context::LocalContents &locals;
  std::string identifier;
  std::vector<std::string> changed;
  std::vector<State> states;
  /// The last answer of `sees`.
  std::vector<size_t> selected;
  uint32_t selectedFrom = UINT32_MAX;
  context::Selector selectedBy;
};

void Finder::overwrite(State &state, const ir::FileAction &action) {
  std::string written;
  if (const auto *copy = std::get_if<ir::Copy>(&action.action))
    written = copy->dest;
  else if (const auto *file = std::get_if<ir::MkFile>(&action.action))
    written = file->path;
  else if (const auto *rm = std::get_if<ir::Rm>(&action.action))
    written = rm->allowWildcard ? "/" : rm->path;
  else if (const auto *link = std::get_if<ir::Symlink>(&action.action))
    written = link->newPath;
  else
    return;
  written = go::joinPath({"/", written});
  std::string below = written == "/" ? written : written + "/";
  for (Change &change : state.changes)
    if (change.path == written || change.path.starts_with(below) ||
        written.starts_with(change.path + "/"))
      change.certain = false;
}

std::optional<bool> Finder::sees(const ir::Op &op, int64_t input, size_t change,
                                 const context::Selector &selector) {
  uint32_t from = op.inputs[static_cast<size_t>(input)].node.index;
  const State &state = states[from];
  if (change >= state.entries.size())
    return std::nullopt;
  // The changes of one input are asked for in a row.
  if (selectedFrom != from || !(selectedBy == selector)) {
    context::InputRead read;
    read.selectors.push_back(selector);
    std::string error;
    selected = selectEntries(locals[from]->files(), read, error);
    selectedFrom = from;
    selectedBy = selector;
  }
  return std::binary_search(selected.begin(), selected.end(),
                            state.entries[change]);
}

void Finder::visitFile(const ir::Op &op, const ir::File &file, State &state) {
  for (const ir::FileAction &action : file.actions) {
    if (const State *base = stateAt(op, action.input)) {
      // A step on top of one that is built again is built again.
      raise(state, base->effect);
      for (const Change &change : base->changes)
        note(state, change);
    }
    overwrite(state, action);
    const State *read = stateAt(op, action.secondaryInput);
    const auto *copy = std::get_if<ir::Copy>(&action.action);
    if (!read || !copy)
      continue;
    // Where an archive is unpacked to, its own name is not.
    Change around = {go::joinPath({"/", copy->dest}), false};
    context::Selector selector = context::selectorOf(*copy);
    for (size_t i = 0; i < read->changes.size(); ++i) {
      const Change &change = read->changes[i];
      std::optional<bool> seen = sees(op, action.secondaryInput, i, selector);
      std::optional<std::string> dest;
      if (seen != false && change.path != "/" && change.certain &&
          !copy->attemptUnpackDockerCompatibility)
        dest = destinationOf(*copy, change.path);
      if (seen == true) {
        raise(state, Effect::Rebuilds);
        note(state, dest ? Change{*dest, true} : around);
      } else if (dest) {
        add(state, {*dest, true});
      } else if (!seen && readsAround(*copy, change.path)) {
        add(state, around);
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
    context::Selector selector = context::selectorOf(whole);
    selector.followLinks = true;
    for (size_t i = 0; i < input->changes.size(); ++i) {
      const Change &change = input->changes[i];
      std::optional<bool> seen = sees(op, mount.input, i, selector);
      if (seen ? *seen : readsAround(whole, change.path))
        raise(state, change.certain ? Effect::Rebuilds : Effect::MayRebuild);
    }
  }
  if (state.effect != Effect::None)
    state.changes = {{"/", false}};
}

void Finder::visitSource(uint32_t index, const ir::Source &source,
                         State &state) {
  if (source.identifier != identifier)
    return;
  const context::Contents *local = locals.empty() ? nullptr : locals[index];
  std::vector<Change> absent;
  for (const std::string &path : changed) {
    bool there = false;
    if (local) {
      const std::vector<context::FileInfo> &files = local->files().entries();
      for (size_t i = 0; i < files.size(); ++i) {
        std::string full = "/" + files[i].path;
        // Of a directory, what is in it.
        if (full != path && !full.starts_with(path == "/" ? "/" : path + "/"))
          continue;
        there = true;
        state.entries.push_back(i);
        state.changes.push_back({std::move(full), true});
      }
    }
    if (!there && passesFilters(source, path.substr(1)))
      absent.push_back({path, true});
  }
  for (Change &change : absent)
    state.changes.push_back(std::move(change));
}

void Finder::visit(uint32_t index) {
  const ir::Op &op = module.nodes[index].op;
  State &state = states[index];
  if (const auto *source = std::get_if<ir::Source>(&op.body))
    return visitSource(index, *source, state);
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
                  const std::vector<std::string> &paths,
                  const context::LocalContents &locals) {
  return Finder(module, context, paths, locals).run();
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
