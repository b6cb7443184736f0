// SPDX-License-Identifier: Apache-2.0
//
// One visitor over the kinds; all else is written over it.
#include "llb/IR/InputIndex.h"

#include <map>

namespace llb::ir {
namespace {

template <class Fn> void visitUser(std::optional<UserOpt> &user, Fn fn) {
  if (!user)
    return;
  if (auto *named = std::get_if<NamedUser>(&user->user))
    fn(*named);
}

template <class Fn> void visitUsers(FileAction &action, Fn fn) {
  std::visit(
      [&](auto &body) {
        if constexpr (requires { body.owner; })
          if (body.owner) {
            visitUser(body.owner->user, fn);
            visitUser(body.owner->group, fn);
          }
      },
      action.action);
}

struct IndexVisitor {
  llvm::function_ref<void(int64_t &)> visit;

  void operator()(std::monostate) const {}
  void operator()(Source &) const {}
  void operator()(Exec &exec) const {
    for (Mount &mount : exec.mounts)
      visit(mount.input);
  }
  void operator()(File &file) const {
    for (FileAction &action : file.actions) {
      visit(action.input);
      visit(action.secondaryInput);
      visitUsers(action, [&](NamedUser &named) { visit(named.input); });
    }
  }
  void operator()(Build &build) const {
    visit(build.builder);
    for (auto &entry : build.inputs)
      visit(entry.second.input);
  }
  void operator()(Merge &merge) const {
    for (MergeInput &input : merge.inputs)
      visit(input.input);
  }
  void operator()(Diff &diff) const {
    if (diff.lower)
      visit(diff.lower->input);
    if (diff.upper)
      visit(diff.upper->input);
  }
  void operator()(Passthrough &passthrough) const {
    for (int64_t &output : passthrough.outputs)
      visit(output);
  }
};

} // namespace

void forEachInputIndex(OpBody &body,
                       llvm::function_ref<void(int64_t &)> visit) {
  std::visit(IndexVisitor{visit}, body);
}

void forEachInputIndex(const OpBody &body,
                       llvm::function_ref<void(int64_t)> visit) {
  // The visitor hands out references; nothing is written through them here.
  std::visit(IndexVisitor{[&](int64_t &index) { visit(index); }},
             const_cast<OpBody &>(body));
}

void forEachNamedUser(const File &file,
                      llvm::function_ref<void(const NamedUser &)> visit) {
  for (const FileAction &action : file.actions)
    visitUsers(const_cast<FileAction &>(action),
               [&](NamedUser &named) { visit(named); });
}

void remapInputs(OpBody &body, const std::vector<int64_t> &position,
                 size_t count) {
  auto shift =
      static_cast<int64_t>(count) - static_cast<int64_t>(position.size());
  forEachInputIndex(body, [&](int64_t &index) {
    if (index < 0)
      return;
    if (static_cast<uint64_t>(index) < position.size())
      index = position[index];
    else
      index += shift;
  });
}

bool joinEqualInputs(Op &op) {
  if (op.inputs.size() < 2 || (!std::holds_alternative<Exec>(op.body) &&
                               !std::holds_alternative<File>(op.body)))
    return false;
  std::map<ValueId, int64_t> known;
  std::vector<int64_t> position;
  std::vector<ValueId> inputs;
  for (const ValueId &input : op.inputs) {
    auto [place, isNew] =
        known.try_emplace(input, static_cast<int64_t>(inputs.size()));
    if (isNew)
      inputs.push_back(input);
    position.push_back(place->second);
  }
  if (inputs.size() == op.inputs.size())
    return false;
  remapInputs(op.body, position, inputs.size());
  op.inputs = std::move(inputs);
  return true;
}

} // namespace llb::ir
