// SPDX-License-Identifier: Apache-2.0
//
// Lowers a build file for one target platform: everything between the parsed
// file and the finished image (BuildKit v0.32.2, dockerfile2llb
// toDispatchState).
#ifndef LLB_LOWER_IMAGELOWERING_H
#define LLB_LOWER_IMAGELOWERING_H

#include "Stages.h"

#include <llvm/ADT/STLFunctionalExtras.h>

namespace llb::lower {

class ImageLowering {
public:
  /// `platform` is nothing if none was asked for.
  ImageLowering(const ast::BuildFile &file, const LowerOptions &options,
                const FrontendOptions &frontend, check::Linter &linter,
                DiagEngine &diags, const std::optional<PlatformSpec> &platform);

  /// Stages keep what an outline tells.
  void keepOutline() { context.wantOutline = true; }

  /// Lowers what the target needs, or all stages.
  llvm::LogicalResult run(bool allStages);

  /// The image of the target, after a successful `run`; `visit` is for
  /// `ir::Builder::build`.
  LoweredImage takeImage(std::vector<ir::SourceInfo> sourceInfos,
                         ir::Builder::Visitor visit = nullptr);

  const StageState &getTarget() const { return *target; }
  const LowerContext &getContext() const { return context; }
  /// For what a language adds before `run`.
  LowerContext &getContext() { return context; }

private:
  void setPlatform();

  LowerContext context;
  StageList stages;
  StageState *target = nullptr;
  /// ONBUILD instructions, which commands point to.
  std::deque<ast::Stmt> triggers;
  std::optional<PlatformSpec> platform;
};

/// Lowers `file` once for each platform that was asked for. `prepare`, which
/// may be null, is called before each run.
llvm::FailureOr<Lowered>
lowerPlatforms(const ast::BuildFile &file, const LowerOptions &options,
               const FrontendOptions &frontend, check::Linter &linter,
               const ir::SourceInfo &source, DiagEngine &diags,
               llvm::function_ref<void(LowerContext &)> prepare);

} // namespace llb::lower

#endif
