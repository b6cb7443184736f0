// SPDX-License-Identifier: Apache-2.0
//
// Lowers stages, one instruction after the other.
#include "Stages.h"

#include "llb/Support/LowerDiags.h"

namespace llb::lower {

namespace {

/// Adds up roughly what operations, history and environments take in memory,
/// so that a small file cannot ask for more of it than the limit.
class SizeMeter {
public:
  explicit SizeMeter(LowerContext &context) : context(context) {}

  /// Reports an error at `stmt` once all is too large.
  /// `history` is how long the stage's was before.
  llvm::LogicalResult check(const StageState &stage, const ast::Stmt &stmt,
                            size_t history);
  /// Adds what a finished stage keeps of its own: a change, however small, to
  /// what it shared with its base has made a copy.
  llvm::LogicalResult finish(const StageState &stage);

private:
  size_t sizeOf(const ir::Vertex &vertex);
  llvm::LogicalResult tooLarge(const ast::Stmt &stmt);

  LowerContext &context;
  size_t seenVertices = 0;
  size_t total = 0;
  /// The list of the last process, which the next one mostly shares.
  ir::StringList env;
  size_t envSize = 0;
};

} // namespace

/// In the list and in the operation's bytes.
static size_t sizeOfList(const ir::StringList &list) {
  size_t size = 0;
  for (const std::string &item : list)
    size += 2 * item.size() + sizeof(std::string);
  return size;
}

/// Texts of an action, which are in the operation's bytes as well.
static size_t sizeOfAction(const ir::FileAction &action) {
  size_t size = sizeof(action);
  if (const auto *make = std::get_if<ir::MkFile>(&action.action))
    size += 2 * (make->path.size() + make->data.data.size());
  else if (const auto *dir = std::get_if<ir::MkDir>(&action.action))
    size += 2 * dir->path.size();
  else if (const auto *copy = std::get_if<ir::Copy>(&action.action))
    size += 2 * (copy->src.size() + copy->dest.size()) +
            sizeOfList(copy->includePatterns) +
            sizeOfList(copy->excludePatterns);
  return size;
}

size_t SizeMeter::sizeOf(const ir::Vertex &vertex) {
  // A vertex becomes a node while the other vertices are still there.
  size_t size = sizeof(ir::Vertex) + sizeof(ir::Node) + 500;
  for (const auto &[key, value] : vertex.metadata.description)
    size += key.size() + value.size();
  for (const ir::Location &location : vertex.locations)
    size += location.ranges.size() * sizeof(ir::Range);
  if (const auto *exec = std::get_if<ir::Exec>(&vertex.op.body)) {
    size += exec->mounts.size() * (sizeof(ir::Mount) + 100);
    if (!exec->meta)
      return size;
    if (!exec->meta->env.sharesWith(env)) {
      env = exec->meta->env;
      envSize = 0;
      size += sizeOfList(env);
      for (const std::string &item : env)
        envSize += item.size();
    } else {
      // A list once more in bytes only.
      size += envSize;
    }
    return size + sizeOfList(exec->meta->args) + 2 * exec->meta->cwd.size();
  }
  if (const auto *file = std::get_if<ir::File>(&vertex.op.body))
    for (const ir::FileAction &action : file->actions)
      size += sizeOfAction(action);
  return size;
}

llvm::LogicalResult SizeMeter::check(const StageState &stage,
                                     const ast::Stmt &stmt, size_t history) {
  for (; seenVertices < context.builder.size(); ++seenVertices)
    total += sizeOf(
        context.builder.get(ir::NodeId{static_cast<uint32_t>(seenVertices)}));
  if (stage.image.history.size() > history)
    // As text and as JSON; of LABEL, ENV and their like both once more.
    total += 4 * stage.image.history.back()->createdBy.size() + 200;
  if (total + 3 * stage.env.bytes() <= context.options.maxOpsBytes)
    return llvm::success();
  return tooLarge(stmt);
}

llvm::LogicalResult SizeMeter::tooLarge(const ast::Stmt &stmt) {
  return context.error(ast::baseOf(stmt), diag::OperationsTooLarge,
                       context.options.maxOpsBytes);
}

/// What one entry of a tree takes beside its text.
static constexpr size_t entryBytes = 100;

/// Size of a copy that `own` has of `base`, nothing if it is the same.
static size_t sizeOfCopy(const Shared<std::set<std::string>> &own,
                         const Shared<std::set<std::string>> &base) {
  size_t size = 0;
  if (!own.sharesWith(base))
    for (const std::string &item : *own)
      size += item.size() + entryBytes;
  return size;
}

llvm::LogicalResult SizeMeter::finish(const StageState &stage) {
  if (stage.commands.empty())
    return llvm::success();
  static const StageState none;
  const StageState &base = stage.base ? *stage.base : none;
  if (!stage.env.sharesWith(base.env))
    total += 2 * stage.env.bytes();
  if (!stage.image.env.sharesWith(base.image.env))
    total += stage.env.bytes();
  total += sizeOfCopy(stage.image.exposedPorts, base.image.exposedPorts);
  total += sizeOfCopy(stage.image.volumes, base.image.volumes);
  if (!stage.image.labels.sharesWith(base.image.labels))
    for (const auto &[key, value] : *stage.image.labels)
      total += key.size() + value.size() + entryBytes;
  if (!stage.buildArgs.sharesWith(base.buildArgs))
    for (const StageArg &arg : *stage.buildArgs)
      total += sizeof(arg) + arg.key.size() + arg.value.value_or("").size();
  total += sizeof(StageState);
  if (total <= context.options.maxOpsBytes)
    return llvm::success();
  return tooLarge(*stage.commands.back().stmt);
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
    if (llvm::failed(meter.finish(stage)))
      return llvm::failure();
    paths.insert(stage.contextPaths.begin(), stage.contextPaths.end());
  }
  return llvm::success();
}

} // namespace llb::lower
