// SPDX-License-Identifier: Apache-2.0
//
// The steps from file to image, in BuildKit's order, which is the order of
// errors and warnings.
#include "ImageLowering.h"
#include "BuildContext.h"
#include "Epoch.h"
#include "Globals.h"
#include "NamedContext.h"

namespace llb::lower {

ImageLowering::ImageLowering(const ast::BuildFile &file,
                             const LowerOptions &options,
                             const FrontendOptions &frontend,
                             check::Linter &linter, DiagEngine &diags,
                             const std::optional<PlatformSpec> &platform)
    : context(file, options, frontend, linter, diags), platform(platform) {
  context.buildPlatforms = options.buildPlatforms;
  if (context.buildPlatforms.empty())
    context.buildPlatforms = {PlatformSpec::host()};
  context.implicitTarget = !platform;
  context.targetPlatform = platform.value_or(context.buildPlatforms.front());
  context.buildArgs = frontend.buildArgs;
}

llvm::LogicalResult ImageLowering::run(bool allStages) {
  std::map<std::string, ArgInfo> globals;
  if (llvm::failed(addBuildContext(context)) ||
      llvm::failed(lowerGlobals(context, globals)) ||
      llvm::failed(resolveEpoch(context)))
    return llvm::failure();
  context.proxyEnv = proxyEnvOf(context.buildArgs);

  if (llvm::failed(makeStages(context, globals, stages)))
    return llvm::failure();
  auto found = findTarget(context, stages);
  if (llvm::failed(found))
    return llvm::failure();
  target = *found;

  std::set<std::string> paths;
  if (llvm::failed(findDependencies(context, stages)) ||
      llvm::failed(
          resolveStages(context, stages, *target, allStages, triggers)) ||
      llvm::failed(addIgnoreMatcher(context)) ||
      llvm::failed(dispatchStages(context, stages, allStages, paths)))
    return llvm::failure();

  target->usedPaths->insert("/");
  for (const auto &[key, value] : context.frontend.labels)
    target->image.labels.edit()[key] = value;
  if (context.linter.failed())
    return llvm::failure();
  completeBuildContext(context, paths);
  completeNamedContexts(context);
  setPlatform();
  return llvm::success();
}

/// A platform that was asked for wins over the base image's.
void ImageLowering::setPlatform() {
  PlatformSpec &own = target->image.platform;
  if (!context.implicitTarget) {
    const PlatformSpec &asked = context.targetPlatform;
    bool sameMachine =
        asked.os == own.os && asked.architecture == own.architecture;
    own.os = asked.os;
    own.architecture = asked.architecture;
    if (!asked.variant.empty() || !sameMachine)
      own.variant = asked.variant;
    if (!asked.osVersion.empty() || !sameMachine)
      own.osVersion = asked.osVersion;
    if (!asked.osFeatures.empty())
      own.osFeatures = asked.osFeatures;
  }
  own = own.normalized();
}

/// What the exporter is told: a Windows image may refine the platform.
static PlatformSpec exportPlatform(PlatformSpec platform,
                                   const PlatformSpec &image) {
  if (platform.os != "windows" || image.os != platform.os)
    return platform;
  if (platform.osVersion.empty())
    platform.osVersion = image.osVersion;
  if (platform.osFeatures.empty())
    platform.osFeatures = image.osFeatures;
  return platform.normalized();
}

LoweredImage ImageLowering::takeImage(std::vector<ir::SourceInfo> sourceInfos,
                                      ir::Builder::Visitor visit) {
  LoweredImage result;
  PlatformSpec asked = platform.value_or(PlatformSpec::host()).normalized();
  result.platformId = asked.formatAll();
  result.platform = exportPlatform(asked, target->image.platform);
  std::string name = context.frontend.multiPlatform ? result.platformId : "";
  sourceInfos.insert(sourceInfos.end(), context.inputSources.begin(),
                     context.inputSources.end());
  result.module =
      std::move(context.builder)
          .build(target->root, std::move(name), std::move(sourceInfos), visit);
  result.config = target->image.str();
  if (target->baseImage)
    result.baseConfig = target->baseImage->str();
  return result;
}

} // namespace llb::lower
