// SPDX-License-Identifier: Apache-2.0
//
// Which function executes which kind of operation.
#include "Git.h"
#include "Steps.h"

namespace llb::engine {
namespace {

PlatformSpec platformOf(const ir::Op &op) {
  PlatformSpec platform;
  if (!op.platform)
    return PlatformSpec::host();
  platform.os = op.platform->os;
  platform.architecture = op.platform->architecture;
  platform.variant = op.platform->variant;
  return platform.normalized();
}

llvm::Expected<Snapshot> fetch(Workshop &shop, const Step &step,
                               const ir::Source &source) {
  std::string_view identifier = source.identifier;
  if (identifier.starts_with(imageScheme))
    return pullImage(shop, std::string(identifier.substr(imageScheme.size())),
                     platformOf(step.node.op));
  if (identifier.starts_with(ociScheme))
    return loadImage(shop, source, platformOf(step.node.op));
  if (identifier.starts_with(gitScheme))
    return fetchGit(shop, source, step.number);
  return fetchHttp(shop, source, nullptr);
}

} // namespace

llvm::Expected<Values> executeOp(Workshop &shop, const Step &step,
                                 std::string &log) {
  const ir::OpBody &body = step.node.op.body;
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
    auto snapshot = fetch(shop, step, *source);
    if (!snapshot)
      return snapshot.takeError();
    return Values(1, Value{std::move(*snapshot), nullptr});
  }
  return textError("an operation of this kind cannot be executed");
}

} // namespace llb::engine
