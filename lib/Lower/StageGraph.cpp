// SPDX-License-Identifier: Apache-2.0
//
// Which stage reads from which. A source that is no stage becomes an implicit
// stage of its own, once per use: BuildKit counts them when it decides whether
// steps show the names of stages.
#include "Stages.h"
#include "llb/AST/Mount.h"
#include "llb/Support/GoText.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Suggest.h"

#include <fmt/format.h>
#include <llvm/ADT/DenseSet.h>

namespace llb::lower {

llvm::FailureOr<StageState *> findTarget(LowerContext &context,
                                         const StageList &stages) {
  const std::string &name = context.frontend.target;
  if (name.empty())
    return &stages.last();
  if (StageState *stage = stages.find(name))
    return stage;
  context.diags.report(diag::TargetNotFound, {}, go::quote(name),
                       didYouMean(name, stages.displayNames(), true));
  return llvm::failure();
}

// ---- sources of commands ----

static StageState &makeImplicitStage(StageList &stages, std::string base) {
  StageState &stage = stages.create();
  stage.baseName = std::move(base);
  stage.implicit = true;
  return stage;
}

static Command makeRun(StageList &stages, const ast::Stmt &stmt) {
  Command command{&stmt, {}, false};
  const auto &run = std::get<ast::RunStmt>(stmt);
  for (const std::string &text : run.mounts) {
    // The frontend has refused what cannot be read.
    Diagnostic fault;
    auto mount = ast::parseMount(text, nullptr, run.range, fault);
    std::string from = mount ? mount->from : "";
    // Every mount has a source here, whether its type knows one or not.
    if (from.empty())
      from = "scratch";
    StageState *source = stages.find(from);
    command.sources.push_back(
        source ? source : &makeImplicitStage(stages, std::move(from)));
  }
  return command;
}

static llvm::FailureOr<Command> makeCopy(LowerContext &context,
                                         StageList &stages,
                                         const ast::Stmt &stmt,
                                         std::optional<LineRange> place) {
  const auto &copy = std::get<ast::CopyStmt>(stmt);
  auto fail = [&](DiagId id, const auto &...values) {
    auto report = context.diags.report(
        id, place ? copy.range : findWord(copy.range, copy.from), values...);
    if (place)
      report.place(*place);
    return llvm::failure();
  };
  Command command{&stmt, {}, false};
  if (copy.from.empty())
    return command;

  Expanded expanded = expandWord(copy.from, NoEnv(), context.expandOptions());
  if (!expanded.ok())
    return fail(diag::ExpansionFailed, expanded.error);
  if (expanded.text != copy.from)
    return fail(diag::VariableInCopyFrom,
                ast::wordOf(ast::StmtKind::From, context.file.words),
                ast::wordOf(ast::StmtKind::Arg, context.file.words));

  auto index = go::parseAtoi(copy.from);
  if (index.ok()) {
    if (index.value < 0 || index.value >= static_cast<int64_t>(stages.size()))
      return fail(diag::BadStageIndex, fmt::to_string(index.value));
    command.sources.push_back(&stages[index.value]);
    return command;
  }
  StageState *source = stages.find(copy.from);
  if (!source) {
    source = &makeImplicitStage(stages, copy.from);
    source->lines = copy.lines;
    source->range = copy.range;
  }
  command.sources.push_back(source);
  return command;
}

llvm::FailureOr<Command> makeCommand(LowerContext &context, StageList &stages,
                                     const ast::Stmt &stmt,
                                     std::optional<LineRange> place) {
  switch (ast::kindOf(stmt)) {
  case ast::StmtKind::Copy:
    return makeCopy(context, stages, stmt, place);
  case ast::StmtKind::Run:
    return makeRun(stages, stmt);
  default:
    return Command{&stmt, {}, false};
  }
}

void addDependencies(StageList &stages, StageState &stage,
                     const Command &command, LineRange lines) {
  for (StageState *source : command.sources) {
    stage.deps[source] = lines;
    if (source->implicit)
      stages.add(*source);
  }
}

// ---- cycles ----

/// The places of the commands that lead from `start` into a cycle, if it leads
/// into one that was not seen yet.
static std::vector<LineRange>
findCycle(StageState &start, llvm::DenseSet<const StageState *> &visited) {
  struct Frame {
    StageState *stage;
    /// The command that led here; nothing for `start`.
    LineRange lines;
    size_t next = 0;
  };
  if (!visited.insert(&start).second)
    return {};
  llvm::DenseSet<const StageState *> onPath;
  std::vector<Frame> path;
  path.push_back({&start, {}});
  onPath.insert(&start);
  while (!path.empty()) {
    Frame &frame = path.back();
    if (frame.next == frame.stage->deps.size()) {
      onPath.erase(frame.stage);
      path.pop_back();
      continue;
    }
    auto [source, lines] = frame.stage->deps.begin()[frame.next++];
    if (onPath.contains(source)) {
      std::vector<LineRange> places;
      for (size_t i = 1; i < path.size(); ++i)
        places.push_back(path[i].lines);
      places.push_back(lines);
      return places;
    }
    if (!visited.insert(source).second)
      continue;
    onPath.insert(source);
    path.push_back({source, lines});
  }
  return {};
}

static llvm::LogicalResult checkCycles(LowerContext &context,
                                       const StageList &stages) {
  llvm::DenseSet<const StageState *> visited;
  for (size_t i = 0; i < stages.size(); ++i) {
    std::vector<LineRange> places = findCycle(stages[i], visited);
    if (places.empty())
      continue;
    auto report = context.diags.report(diag::CircularDependency,
                                       stages[i].range, stages[i].displayName);
    for (LineRange place : places)
      report.place(place);
    return llvm::failure();
  }
  return llvm::success();
}

llvm::LogicalResult findDependencies(LowerContext &context, StageList &stages) {
  // Implicit stages are appended on the way and have no commands.
  size_t written = stages.size();
  for (size_t i = 0; i < written; ++i) {
    StageState &stage = stages[i];
    for (Command &command : stage.commands) {
      const ast::Stmt &stmt = *command.stmt;
      auto made = makeCommand(context, stages, stmt, std::nullopt);
      if (llvm::failed(made))
        return llvm::failure();
      command = std::move(*made);
      addDependencies(stages, stage, command, ast::baseOf(stmt).lines);
    }
  }
  if (llvm::failed(checkCycles(context, stages)))
    return llvm::failure();
  if (stages.size() == 1)
    stages[0].displayName.clear();
  return llvm::success();
}

} // namespace llb::lower
