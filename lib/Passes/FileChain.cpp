// SPDX-License-Identifier: Apache-2.0
//
// Fields that this version does not know make an operation one that nothing
// can be shown of.
#include "FileChain.h"

#include "llb/IR/InputIndex.h"

namespace llb::passes {
namespace {

bool isKnown(const ir::FileAction &action) {
  if (!action.unknown.bytes.empty())
    return false;
  return std::visit(
      [](const auto &body) {
        if constexpr (requires { body.unknown; })
          return body.unknown.bytes.empty();
        else
          return false;
      },
      action.action);
}

} // namespace

FileChain fileChainOf(const ir::Op &op) {
  FileChain chain;
  const auto *file = std::get_if<ir::File>(&op.body);
  if (!file || file->actions.empty() || !op.unknown.bytes.empty() ||
      !file->unknown.bytes.empty())
    return chain;
  auto inputs = static_cast<int64_t>(op.inputs.size());
  auto count = static_cast<int64_t>(file->actions.size());
  chain.base = file->actions.front().input;
  if (chain.base < ir::noIndex || chain.base >= inputs)
    return chain;
  for (int64_t i = 0; i < count; ++i) {
    const ir::FileAction &action = file->actions[i];
    bool isLast = i + 1 == count;
    if (!isKnown(action) || (i && action.input != inputs + i - 1) ||
        action.secondaryInput < ir::noIndex ||
        action.secondaryInput >= inputs ||
        action.output != (isLast ? 0 : ir::noIndex))
      return chain;
    if (action.secondaryInput != ir::noIndex &&
        action.secondaryInput == chain.base)
      chain.readsBase = true;
  }
  ir::forEachNamedUser(*file,
                       [&](const ir::NamedUser &) { chain.namedOwner = true; });
  // The same value twice would hide that the base is read.
  if (chain.base >= 0)
    for (int64_t i = 0; i < inputs; ++i)
      if (i != chain.base && op.inputs[i] == op.inputs[chain.base])
        chain.readsBase = true;
  chain.valid = true;
  return chain;
}

} // namespace llb::passes
