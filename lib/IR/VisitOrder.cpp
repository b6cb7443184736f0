// SPDX-License-Identifier: Apache-2.0
//
// A file operation is visited from its last action to its first, and of each
// action first what it changes, then what it copies from; that may be the
// result of another action, whose own history is then visited before.
#include "VisitOrder.h"

#include <llvm/ADT/SmallVector.h>

namespace llb::ir {
namespace {

class FileOrder {
public:
  FileOrder(const File &file, const std::vector<ValueId> &inputs,
            std::vector<NodeId> &order)
      : actions(file.actions), inputs(inputs), order(order),
        inputSeen(inputs.size()), actionSeen(actions.size()) {}

  void run() {
    findBases();
    llvm::SmallVector<size_t, 8> stack;
    if (!actions.empty())
      stack.push_back(actions.size() - 1);
    while (!stack.empty()) {
      size_t index = stack.back();
      stack.pop_back();
      if (actionSeen[index])
        continue;
      actionSeen[index] = true;
      visitInput(bases[index]);
      visitInput(actions[index].secondaryInput);
      // The stack's top is next: the copied action goes before the one below.
      pushAction(actions[index].input, index, stack);
      pushAction(actions[index].secondaryInput, index, stack);
    }
    for (size_t i = 0; i < inputs.size(); ++i)
      visitInput(static_cast<int64_t>(i));
  }

private:
  /// Whether `index` names the result of an action before `before`, and which.
  bool isAction(int64_t index, size_t before, size_t &action) const {
    if (index < static_cast<int64_t>(inputs.size()))
      return false;
    action = static_cast<size_t>(index) - inputs.size();
    return action < before;
  }
  void findBases() {
    for (size_t i = 0; i < actions.size(); ++i) {
      size_t earlier;
      bases.push_back(isAction(actions[i].input, i, earlier)
                          ? bases[earlier]
                          : actions[i].input);
    }
  }
  void visitInput(int64_t index) {
    if (index < 0 || index >= static_cast<int64_t>(inputs.size()) ||
        inputSeen[index])
      return;
    inputSeen[index] = true;
    order.push_back(inputs[index].node);
  }
  void pushAction(int64_t index, size_t before,
                  llvm::SmallVectorImpl<size_t> &stack) {
    size_t action;
    if (isAction(index, before, action))
      stack.push_back(action);
  }

  const std::vector<FileAction> &actions;
  const std::vector<ValueId> &inputs;
  std::vector<NodeId> &order;
  // Most operations have one action and two inputs.
  llvm::SmallVector<bool, 8> inputSeen;
  llvm::SmallVector<bool, 8> actionSeen;
  /// The input at the start of each action's chain, or none.
  llvm::SmallVector<int64_t, 8> bases;
};

} // namespace

void appendVisitOrder(const Op &op, std::vector<NodeId> &order) {
  if (const auto *file = std::get_if<File>(&op.body)) {
    FileOrder(*file, op.inputs, order).run();
    return;
  }
  for (const ValueId &input : op.inputs)
    order.push_back(input.node);
}

} // namespace llb::ir
