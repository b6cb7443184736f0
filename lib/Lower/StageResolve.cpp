// SPDX-License-Identifier: Apache-2.0
//
// Which stages are needed, what they are based on, and the ONBUILD triggers
// that come with a base. A trigger may read from images nobody knew of, so
// resolution starts over until there are no new ones.
#include "Stages.h"

#include "llb/Support/LowerDiags.h"

#include <algorithm>

namespace llb::lower {

static void markReachable(const StageList &stages, StageState &target) {
  for (size_t i = 0; i < stages.size(); ++i)
    stages[i].reachable = false;
  std::vector<StageState *> todo;
  auto visit = [&](StageState *stage) {
    if (!stage || stage->reachable)
      return;
    stage->reachable = true;
    todo.push_back(stage);
  };
  visit(&target);
  while (!todo.empty()) {
    StageState *stage = todo.back();
    todo.pop_back();
    visit(stage->base);
    for (auto &[source, lines] : stage->deps)
      visit(source);
  }
}

/// BuildKit resolves images side by side, and if several are at fault one error
/// comes out. It is that of the last stage mostly, since Go runs what was
/// started last before what waits.
static llvm::LogicalResult
resolveBases(LowerContext &context, const StageList &stages, bool allStages) {
  std::vector<std::pair<StageState *, bool>> images;
  for (size_t i = 0; i < stages.size(); ++i) {
    StageState &stage = stages[i];
    if (stage.base || stage.dispatched || stage.resolved)
      continue;
    bool wanted = stage.reachable || allStages;
    stage.resolved = wanted;
    if (stage.baseName == "scratch" && !stage.namedContext) {
      stage.root = {};
      stage.image = ImageConfig::scratch(context.targetPlatform);
      stage.platform = context.targetPlatform;
      stage.dispatched = stage.implicit;
      continue;
    }
    images.emplace_back(&stage, wanted);
  }
  if (images.size() > 1)
    std::rotate(images.begin(), images.end() - 1, images.end());
  BaseConfigs configs;
  for (auto [stage, wanted] : images)
    if (llvm::failed(
            resolveBaseImage(context, stages, configs, *stage, wanted)))
      return llvm::failure();
  return llvm::success();
}

void inheritFromBase(StageState &stage) {
  const StageState *base = stage.base;
  if (!base)
    return;
  stage.root = base->root;
  stage.env = base->env;
  stage.dir = base->dir;
  stage.user = base->user;
  stage.hostname = base->hostname;
  stage.network = base->network;
  stage.statePlatform = base->statePlatform;
  stage.platform = base->platform;
  stage.image = base->image;
  stage.image.onBuild = {};
  stage.baseImage = base->baseImage;
  stage.usedPaths = base->usedPaths;
  stage.workdirSet = base->workdirSet;
  if (stage.buildArgs->empty())
    stage.buildArgs = base->buildArgs;
  else if (!base->buildArgs->empty()) {
    auto &args = stage.buildArgs.edit();
    args.insert(args.end(), base->buildArgs->begin(), base->buildArgs->end());
  }
}

/// Triggers that come with the image, and ONBUILDs of the base stage.
static std::vector<std::string> takeTriggers(StageState &stage) {
  std::vector<std::string> triggers = stage.image.onBuild.get();
  stage.image.onBuild = {};
  if (!stage.base || stage.onBuildDone)
    return triggers;
  stage.onBuildDone = true;
  for (const Command &command : stage.base->commands)
    if (const auto *onBuild = std::get_if<ast::OnbuildStmt>(command.stmt))
      triggers.push_back(onBuild->trigger);
  return triggers;
}

/// Puts the triggers before the stage's own commands. `fresh` is set if they
/// read from other stages. `bytes` is roughly what all triggers take: stages
/// times triggers can be more than a small file should ask for.
static llvm::LogicalResult insertTriggers(LowerContext &context,
                                          StageList &stages, StageState &stage,
                                          std::deque<ast::Stmt> &kept,
                                          bool &fresh, size_t &bytes) {
  std::vector<Command> commands;
  for (const std::string &text : takeTriggers(stage)) {
    bytes += sizeof(ast::Stmt) + sizeof(Command) + 200 + 4 * text.size();
    if (bytes > context.options.maxOpsBytes) {
      context.diags
          .report(diag::OperationsTooLarge, stage.range,
                  context.options.maxOpsBytes)
          .place(stage.lines);
      return llvm::failure();
    }
    auto parsed = context.options.parseTrigger(text, stage.lines, stage.range);
    if (llvm::failed(parsed))
      return llvm::failure();
    const ast::Stmt &stmt = kept.emplace_back(std::move(*parsed));
    auto command = makeCommand(context, stages, stmt, stage.lines);
    if (llvm::failed(command))
      return llvm::failure();
    command->onBuild = true;
    fresh |= !command->sources.empty();
    addDependencies(stages, stage, *command, stage.lines);
    commands.push_back(std::move(*command));
  }
  stage.commandTotal += commands.size();
  stage.commands.insert(stage.commands.begin(), commands.begin(),
                        commands.end());
  return llvm::success();
}

llvm::LogicalResult resolveStages(LowerContext &context, StageList &stages,
                                  StageState &target, bool allStages,
                                  std::deque<ast::Stmt> &triggers) {
  bool fresh = true;
  size_t bytes = 0;
  while (fresh) {
    fresh = false;
    markReachable(stages, target);
    if (llvm::failed(resolveBases(context, stages, allStages)))
      return llvm::failure();
    for (size_t i = 0; i < stages.size(); ++i) {
      StageState &stage = stages[i];
      if (!stage.reachable)
        continue;
      inheritFromBase(stage);
      if (llvm::failed(
              insertTriggers(context, stages, stage, triggers, fresh, bytes)))
        return llvm::failure();
    }
  }
  return llvm::success();
}

} // namespace llb::lower
