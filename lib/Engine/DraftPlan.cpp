// SPDX-License-Identifier: Apache-2.0
//
// From the result down. A layer that only a step reads is left a directory:
// nobody would want its tar.
#include "DraftPlan.h"

namespace llb::engine {
namespace {

using cachekey::Fate;

class DraftPlan {
public:
  DraftPlan(const ir::Module &module, const std::vector<Fate> &fates)
      : module(module), fates(fates), inResult(module.nodes.size()),
        needsTree(module.nodes.size()), drafts(module.nodes.size()) {}

  std::vector<bool> run(ir::NodeId terminal) {
    inResult[module[terminal].op.inputs.front().node.index] = true;
    for (uint32_t i = terminal.index; i-- > 0;)
      if (fates[i] == Fate::Runs)
        visit(i);
    return std::move(drafts);
  }

private:
  bool isFile(ir::NodeId id) const {
    return std::holds_alternative<ir::File>(module[id].op.body);
  }
  void visit(uint32_t index);
  void visitFile(uint32_t index, const ir::File &file);

  const ir::Module &module;
  const std::vector<Fate> &fates;
  std::vector<bool> inResult, needsTree, drafts;
};

void DraftPlan::visitFile(uint32_t index, const ir::File &file) {
  const ir::Op &op = module.nodes[index].op;
  drafts[index] = inResult[index] && !needsTree[index];
  auto count = static_cast<int64_t>(op.inputs.size());
  std::vector<bool> isBase(op.inputs.size());
  for (const ir::FileAction &action : file.actions)
    if (action.input >= 0 && action.input < count)
      isBase[static_cast<size_t>(action.input)] = true;
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    ir::NodeId input = op.inputs[i].node;
    // A draft can be read and built upon as it is.
    if (!isFile(input) || (isBase[i] && !drafts[index]))
      needsTree[input.index] = true;
    if (isBase[i] && inResult[index])
      inResult[input.index] = true;
  }
}

void DraftPlan::visit(uint32_t index) {
  const ir::Op &op = module.nodes[index].op;
  if (auto *file = std::get_if<ir::File>(&op.body)) {
    visitFile(index, *file);
    return;
  }
  bool passes = std::holds_alternative<ir::Merge>(op.body) ||
                std::holds_alternative<ir::Passthrough>(op.body);
  for (const ir::ValueId &input : op.inputs) {
    if (!passes || needsTree[index])
      needsTree[input.node.index] = true;
    if (passes && inResult[index])
      inResult[input.node.index] = true;
  }
}

} // namespace

std::vector<bool> planDrafts(const ir::Module &module, ir::NodeId terminal,
                             const std::vector<Fate> &fates) {
  return DraftPlan(module, fates).run(terminal);
}

} // namespace llb::engine
