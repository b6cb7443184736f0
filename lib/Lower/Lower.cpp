// SPDX-License-Identifier: Apache-2.0
//
// The entry: options, checks, one lowering per target platform.
#include "llb/Lower/Lower.h"
#include "ImageLowering.h"
#include "SourceMap.h"
#include "llb/Check/AstChecks.h"

namespace llb::lower {

/// Options of the build checks: the build argument replaces the file's.
static llvm::FailureOr<check::CheckOptions>
findCheckOptions(const ast::BuildFile &file, const FrontendOptions &frontend,
                 DiagEngine &diags) {
  if (frontend.check)
    return *frontend.check;
  check::CheckOptions result;
  std::string error;
  if (check::CheckOptions::parse(check::CheckOptions::directive(file.text),
                                 result, error))
    return result;
  diags.report(DiagId::InvalidCheckOptions, {}, error);
  return llvm::failure();
}

static llvm::FailureOr<Lowered> lowerPlatforms(const ast::BuildFile &file,
                                               const LowerOptions &options,
                                               const FrontendOptions &frontend,
                                               check::Linter &linter,
                                               DiagEngine &diags) {
  std::vector<std::optional<PlatformSpec>> platforms(
      frontend.targetPlatforms.begin(), frontend.targetPlatforms.end());
  if (platforms.empty())
    platforms.push_back(std::nullopt);

  Lowered result;
  result.multiPlatform = frontend.multiPlatform;
  ir::SourceInfo source = makeSourceInfo(file, options, frontend);
  for (const auto &platform : platforms) {
    ImageLowering lowering(file, options, frontend, linter, diags, platform);
    if (llvm::failed(lowering.run(/*allStages=*/false)))
      return llvm::failure();
    // The same file gives the same warnings for every platform.
    linter.mute();
    result.images.push_back(lowering.takeImage({source}));
    const LowerContext &context = lowering.getContext();
    result.sourceDateEpoch = context.epoch;
    for (const auto &[key, image] : context.used.images())
      result.used.add(image);
  }
  return result;
}

llvm::FailureOr<Lowered> lower(const ast::BuildFile &file,
                               const LowerOptions &options, DiagEngine &diags) {
  bool sound = !diags.hasErrors();
  auto frontend = FrontendOptions::parse(options.opts, diags);
  if (llvm::failed(frontend))
    return llvm::failure();
  auto checkOptions = findCheckOptions(file, *frontend, diags);
  if (llvm::failed(checkOptions))
    return llvm::failure();

  check::Linter linter(std::move(*checkOptions), diags);
  check::checkAst(file, linter);
  if (!sound)
    return llvm::failure();
  if (file.stages.empty()) {
    diags.report(DiagId::NoStages, {});
    return llvm::failure();
  }
  return lowerPlatforms(file, options, *frontend, linter, diags);
}

} // namespace llb::lower
