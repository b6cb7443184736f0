// SPDX-License-Identifier: Apache-2.0
//
// The stages of a build file: who is built on whom, who reads from whom, and
// in which order they are lowered (BuildKit v0.32.2, dockerfile2llb).
#ifndef LLB_LOWER_STAGES_H
#define LLB_LOWER_STAGES_H

#include "State.h"

#include <deque>
#include <llvm/ADT/StringMap.h>

namespace llb::lower {

/// Stages in order: those of the file, then the implicit ones that stand for
/// images in COPY --from and RUN --mount.
class StageList {
public:
  /// A stage that is not in the list yet; stays where it is in memory.
  StageState &create();
  /// Appends `stage`, finds its base among the former stages, and takes its
  /// name, which hides an earlier stage of the same name.
  void add(StageState &stage);

  /// Without regard to case; null if there is none.
  StageState *find(std::string_view name) const;
  /// Names as shown, for suggestions.
  std::vector<std::string> displayNames() const;

  /// By index: lowering may append while it walks.
  size_t size() const { return order.size(); }
  StageState &operator[](size_t i) const { return *order[i]; }
  bool empty() const { return order.empty(); }
  StageState &last() const { return *order.back(); }

private:
  std::deque<StageState> storage;
  std::vector<StageState *> order;
  llvm::StringMap<StageState *> byName;
};

/// Makes the stages of the file: expands FROM, finds bases and named contexts.
/// `globals` is what an outline tells of the global arguments.
llvm::LogicalResult makeStages(LowerContext &context,
                               const std::map<std::string, ArgInfo> &globals,
                               StageList &stages);

/// The stage that the option `target` names, else the last one.
llvm::FailureOr<StageState *> findTarget(LowerContext &context,
                                         const StageList &stages);

/// Fills the commands of all stages, adding implicit ones, and refuses cycles.
llvm::LogicalResult findDependencies(LowerContext &context, StageList &stages);

/// The command of `stmt`: finds or makes the stages it reads. New ones are not
/// in the list yet. `place` is that of errors, if they have one.
llvm::FailureOr<Command> makeCommand(LowerContext &context, StageList &stages,
                                     const ast::Stmt &stmt,
                                     std::optional<LineRange> place);

/// Adds the sources of `command` to the dependencies of `stage`, and new ones
/// to the list.
void addDependencies(StageList &stages, StageState &stage,
                     const Command &command, LineRange lines);

/// Resolves the bases of all stages that `target` needs, or of all stages, and
/// inserts ONBUILD triggers; repeats while triggers bring new dependencies.
/// `triggers` keeps the instructions that were read.
llvm::LogicalResult resolveStages(LowerContext &context, StageList &stages,
                                  StageState &target, bool allStages,
                                  std::deque<ast::Stmt> &triggers);

/// Configs of base images by their JSON: stages often have a base in common.
using BaseConfigs = llvm::StringMap<ImageConfig>;

/// Resolves the base image of a stage that is on no other stage. Only the
/// image of a `wanted` stage is asked for; the others' names are looked at.
llvm::LogicalResult resolveBaseImage(LowerContext &context,
                                     const StageList &stages,
                                     BaseConfigs &configs, StageState &stage,
                                     bool wanted);

/// Takes over state and config of the stage that `stage` is built on, if any.
void inheritFromBase(StageState &stage);

/// Lowers the instructions of the reachable stages, or of all. `paths` gets
/// what they read from the build context.
llvm::LogicalResult dispatchStages(LowerContext &context, StageList &stages,
                                   bool allStages,
                                   std::set<std::string> &paths);

} // namespace llb::lower

#endif
