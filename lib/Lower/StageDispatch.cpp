// SPDX-License-Identifier: Apache-2.0
//
// Lowers stages, one instruction after the other.
#include "Stages.h"

namespace llb::lower {

namespace {

/// Adds up roughly what operations, history and environments take, so that a
/// small file cannot ask for more memory than the limit.
class SizeMeter {
public:
  explicit SizeMeter(LowerContext &context) : context(context) {}

  /// Reports an error at `stmt` once all is too large.
  /// `history` is how long the stage's was before.
  llvm::LogicalResult check(const StageState &stage, const ast::Stmt &stmt,
                            size_t history);

private:
  size_t sizeOf(const ir::Vertex &vertex);

  LowerContext &context;
  size_t seenVertices = 0;
  size_t total = 0;
  /// The list of the last process, which the next one mostly shares.
  ir::StringList env;
  size_t envSize = 0;
};

} // namespace

static size_t sizeOfList(const ir::StringList &list) {
  size_t size = 0;
  for (const std::string &item : list)
    size += item.size() + 4;
  return size;
}

size_t SizeMeter::sizeOf(const ir::Vertex &vertex) {
  size_t size = 200;
  for (const auto &[key, value] : vertex.metadata.description)
    size += key.size() + value.size();
  if (const auto *exec = std::get_if<ir::Exec>(&vertex.op.body)) {
    if (!exec->meta)
      return size;
    if (!exec->meta->env.sharesWith(env)) {
      env = exec->meta->env;
      envSize = sizeOfList(env);
    }
    return size + envSize + sizeOfList(exec->meta->args);
  }
  if (const auto *file = std::get_if<ir::File>(&vertex.op.body))
    for (const ir::FileAction &action : file->actions) {
      if (const auto *make = std::get_if<ir::MkFile>(&action.action))
        size += make->data.data.size();
      if (const auto *copy = std::get_if<ir::Copy>(&action.action))
        size += copy->src.size() + copy->dest.size() + 100;
    }
  return size;
}

llvm::LogicalResult SizeMeter::check(const StageState &stage,
                                     const ast::Stmt &stmt, size_t history) {
  for (; seenVertices < context.builder.size(); ++seenVertices)
    total += sizeOf(
        context.builder.get(ir::NodeId{static_cast<uint32_t>(seenVertices)}));
  if (stage.image.history.size() > history)
    total += stage.image.history.back()->createdBy.size();
  if (total + stage.env.bytes() <= context.options.maxOpsBytes)
    return llvm::success();
  return context.error(ast::baseOf(stmt), DiagId::OperationsTooLarge,
                       context.options.maxOpsBytes);
}

/// What a stage starts with: the environment, directory and user of its image.
static llvm::LogicalResult startStage(LowerContext &context,
                                      StageState &stage) {
  inheritFromBase(stage);
  stage.dispatched = true;
  if (!stage.platform)
    stage.platform = context.targetPlatform;
  // On Windows the system sets PATH.
  if (!stage.image.env.has("PATH") && stage.platform->os != "windows")
    stage.image.env.assign("PATH", defaultPath);
  stage.env.assignAll(stage.image.env);
  if (!context.frontend.hostname.empty())
    stage.hostname = context.frontend.hostname;
  if (!stage.image.workingDir.empty() &&
      llvm::failed(applyBaseWorkdir(context, stage)))
    return llvm::failure();
  if (!stage.image.user.empty())
    applyBaseUser(stage);
  stage.network = context.frontend.network;
  return llvm::success();
}

llvm::LogicalResult dispatchStages(LowerContext &context, StageList &stages,
                                   bool allStages,
                                   std::set<std::string> &paths) {
  SizeMeter meter(context);
  for (size_t i = 0; i < stages.size(); ++i) {
    StageState &stage = stages[i];
    if (!allStages && (!stage.reachable || stage.dispatched))
      continue;
    if (llvm::failed(startStage(context, stage)))
      return llvm::failure();
    for (const Command &command : stage.commands) {
      stage.commandIsOnBuild = command.onBuild;
      size_t history = stage.image.history.size();
      llvm::LogicalResult done =
          context.dispatchCommand
              ? context.dispatchCommand(context, stage, command)
              : dispatch(context, stage, command);
      if (llvm::failed(done) ||
          llvm::failed(meter.check(stage, *command.stmt, history)))
        return llvm::failure();
    }
    paths.insert(stage.contextPaths.begin(), stage.contextPaths.end());
  }
  return llvm::success();
}

} // namespace llb::lower
