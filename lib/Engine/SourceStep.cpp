// SPDX-License-Identifier: Apache-2.0
//
// Operations that make values of what others made: http downloads, merges and
// diffs.
#include "FileChange.h"
#include "Steps.h"

#include "llb/Support/GoPath.h"

namespace llb::engine {

std::string attributeOf(const ir::Source &source, const std::string &name) {
  auto found = source.attrs.find(name);
  return found == source.attrs.end() ? std::string() : found->second;
}

llvm::Error checkAttributes(const ir::Source &source) {
  for (const auto &[name, value] : source.attrs) {
    std::string_view key = name;
    bool isSignature =
        key.starts_with("git.sig.") || key.starts_with("http.sig.");
    if (isSignature || key == "git.bundle" || key == "git.checkoutbundle")
      return textError(source.identifier + " has the attribute " + name + ", " +
                       (isSignature ? "and signatures are verified"
                                    : "and bundles are read and made") +
                       " by BuildKit alone; build with --builder=buildkit");
  }
  return llvm::Error::success();
}

llvm::Expected<Values> runMergeStep(Workshop &shop, const Step &step,
                                    const ir::Merge &merge) {
  Values outputs(1);
  for (const ir::MergeInput &input : merge.inputs) {
    if (input.input < 0)
      continue;
    if (input.input >= static_cast<int64_t>(step.inputs.size()))
      return textError("merge of an input that does not exist");
    auto snapshot =
        shop.materialize(step.inputs[static_cast<size_t>(input.input)]);
    if (!snapshot)
      return snapshot.takeError();
    std::vector<LayerId> &layers = outputs[0].snapshot.layers;
    layers.insert(layers.end(), snapshot->layers.begin(),
                  snapshot->layers.end());
  }
  return outputs;
}

/// Of trees that build on each other the difference is the layers between them,
/// as in BuildKit v0.32.2 (cache/manager.go, Diff); of others it is computed.
llvm::Expected<Values> runDiffStep(Workshop &shop, const Step &step,
                                   const ir::Diff &diff) {
  Snapshot sides[2];
  const std::optional<ir::DiffInput> *inputs[2] = {&diff.lower, &diff.upper};
  for (int i = 0; i < 2; ++i) {
    if (!*inputs[i] || (*inputs[i])->input < 0)
      continue;
    auto index = static_cast<size_t>((*inputs[i])->input);
    if (index >= step.inputs.size())
      return textError("diff of an input that does not exist");
    auto snapshot = shop.materialize(step.inputs[index]);
    if (!snapshot)
      return snapshot.takeError();
    sides[i] = std::move(*snapshot);
  }
  const auto &[lower, upper] = sides;
  bool isAncestor = lower.layers.size() <= upper.layers.size() &&
                    std::equal(lower.layers.begin(), lower.layers.end(),
                               upper.layers.begin());
  Values outputs(1);
  if (!isAncestor) {
    auto changes = shop.snapshots.diff(lower, upper, step.name);
    if (!changes)
      return changes.takeError();
    outputs[0].snapshot = std::move(*changes);
    return outputs;
  }
  outputs[0].snapshot.layers.assign(
      upper.layers.begin() + static_cast<std::ptrdiff_t>(lower.layers.size()),
      upper.layers.end());
  return outputs;
}

} // namespace llb::engine
