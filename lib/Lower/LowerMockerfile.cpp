// SPDX-License-Identifier: Apache-2.0
//
// Mockerfiles, without compatibility: the file as statements, lowered as those
// of a Dockerfile are. The build checks are about Dockerfiles and stay silent;
// what a Mockerfile can have wrong is reported while it is turned into
// statements, or here, once its variables have values.
#include "Dispatch.h"
#include "ImageLowering.h"
#include "LowerMockerCompat.h"
#include "MockerChecks.h"
#include "MockerPackage.h"
#include "SourceMap.h"

#include "llb/Support/LowerDiags.h"

namespace llb::lower {
namespace {

class MockerLowering {
public:
  MockerLowering(const MockerStages &stages) : stages(stages) {}

  llvm::LogicalResult dispatchOne(LowerContext &context, StageState &stage,
                                  const Command &command) const {
    const ast::StmtBase &stmt = ast::baseOf(*command.stmt);
    if (!command.onBuild && stmt.word == mockerPackageWord)
      return dispatchPackage(context, stage, command);
    if (!command.onBuild && stmt.word == mockerExternalWord &&
        llvm::failed(checkExternal(context, stage, command)))
      return llvm::failure();
    return dispatch(context, stage, command);
  }

private:
  /// A URL with variables is known only here, and must not be taken for a file
  /// of the build context.
  static llvm::LogicalResult checkExternal(LowerContext &context,
                                           const StageState &stage,
                                           const Command &command) {
    const auto &add = std::get<ast::AddStmt>(*command.stmt);
    Expanded url =
        expandWord(add.sources.front(), stage.env, context.expandOptions(),
                   context.options.maxValueBytes);
    ast::MockerText place{{add.range, add.lines}, {}};
    // A failure to expand is reported with the instruction.
    return url.ok() ? checkMockerUrl(url.text, place, context.diags)
                    : llvm::success();
  }

  /// Installs as root, whoever the image runs as.
  llvm::LogicalResult dispatchPackage(LowerContext &context, StageState &stage,
                                      const Command &command) const {
    const MockerPackageTexts &package = stages.packages.at(stage.name);
    auto files = addPackageFiles(context, stage, package);
    if (llvm::failed(files))
      return llvm::failure();
    for (size_t i = 0; i < mockerFileMounts; ++i)
      command.sources[i]->root = *files;
    std::string user = std::exchange(stage.user, "");
    if (!user.empty())
      stage.user = "root";
    llvm::LogicalResult done = dispatch(context, stage, command);
    stage.user = std::move(user);
    return done;
  }

  const MockerStages &stages;
};

} // namespace

/// An image's name also means the stage that its `output` is copied from.
static void addHiddenStages(FrontendOptions &frontend,
                            const MockerStages &stages) {
  if (!frontend.noCache)
    return;
  std::vector<std::string> &names = *frontend.noCache;
  for (size_t i = 0, count = names.size(); i < count; ++i)
    if (auto found = stages.hidden.find(names[i]); found != stages.hidden.end())
      names.push_back(found->second);
}

llvm::FailureOr<Lowered> lower(const ast::Mockerfile &file,
                               const LowerOptions &options, DiagEngine &diags) {
  auto frontend = FrontendOptions::parse(options.opts, diags);
  if (llvm::failed(frontend))
    return llvm::failure();
  if (auto id = options.opts.find("requestid"); id != options.opts.end()) {
    diags.report(diag::MockerNoRequests, {}, id->second);
    return llvm::failure();
  }
  if (!file.sound)
    return llvm::failure();
  if (options.mockerCompat)
    return lowerMockerCompat(file, options, diags);

  auto stages = makeMockerStages(file, *frontend, diags);
  if (llvm::failed(stages))
    return llvm::failure();
  frontend->target = stages->target;
  addHiddenStages(*frontend, *stages);
  ir::SourceInfo source = makeSourceInfo(stages->file, options, *frontend);
  source.language = "Mockerfile";
  check::Linter linter({}, ast::Vocabulary::Docker, diags);
  linter.mute();
  MockerLowering lowering(*stages);
  return lowerPlatforms(
      stages->file, options, *frontend, linter, source, diags,
      [&](LowerContext &context) {
        context.dispatchCommand = [&](LowerContext &own, StageState &stage,
                                      const Command &command) {
          return lowering.dispatchOne(own, stage, command);
        };
      });
}

} // namespace llb::lower
