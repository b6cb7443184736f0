// SPDX-License-Identifier: Apache-2.0
//
// Base images: from the name in FROM to a source operation and a config.
#include "NamedContext.h"
#include "Sources.h"
#include "Stages.h"
#include "llb/Check/Rules.h"
#include "llb/Support/GoText.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Reference.h"
#include "llb/Support/Suggest.h"

namespace llb::lower {

static constexpr const char *commandKey = "com.docker.dockerfile.v1.command";

namespace {

/// An image that only a mount reads has a place without lines, which is not
/// line 0 either.
LineRange placeOf(const StageState &stage) {
  return stage.lines.first ? stage.lines : LineRange{1, 0};
}

class BaseResolver {
public:
  BaseResolver(LowerContext &context, const StageList &stages,
               BaseConfigs &configs, StageState &stage)
      : context(context), stages(stages), configs(configs), stage(stage),
        written(stage.baseName),
        platform(stage.platform.value_or(context.targetPlatform)) {}

  llvm::LogicalResult run(bool wanted);

private:
  template <class... Args>
  llvm::LogicalResult fail(DiagId id, const Args &...args) {
    context.diags.report(id, findWord(stage.range, written), args...)
        .place(placeOf(stage));
    return llvm::failure();
  }
  llvm::LogicalResult takeNamedContext();
  llvm::LogicalResult takeReplacement(const NamedContext &named);
  llvm::LogicalResult fetchConfig(Reference &ref, bool &isScratch);
  llvm::LogicalResult imageNotFound(const std::string &why);
  std::string logName() const;
  void detectPlatform();
  void addImage();

  LowerContext &context;
  const StageList &stages;
  BaseConfigs &configs;
  StageState &stage;
  /// The base as FROM has it, for messages.
  const std::string written;
  PlatformSpec platform;
};

} // namespace

/// The stage itself is a named context: none of its instructions count.
llvm::LogicalResult BaseResolver::takeNamedContext() {
  llvm::FailureOr<LoadedContext> loaded =
      loadNamedContext(context, *stage.namedContext, stage);
  if (llvm::failed(loaded))
    return llvm::failure();
  stage.dispatched = true;
  stage.root = loaded->root;
  stage.env = std::move(loaded->env);
  stage.dir = std::move(loaded->dir);
  stage.statePlatform = std::move(loaded->statePlatform);
  if (!loaded->image)
    return llvm::success();
  stage.image = std::move(*loaded->image);
  stage.image.created.reset();
  const PlatformSpec &own = stage.image.platform;
  if (!own.architecture.empty() && !own.os.empty())
    stage.platform = own;
  return llvm::success();
}

/// A named context has the name of the base image.
llvm::LogicalResult BaseResolver::takeReplacement(const NamedContext &named) {
  llvm::FailureOr<LoadedContext> loaded =
      loadNamedContext(context, named, stage);
  if (llvm::failed(loaded))
    return llvm::failure();
  stage.baseImage = loaded->image ? std::move(*loaded->image)
                                  : ImageConfig::scratch(platform);
  stage.image = *stage.baseImage;
  stage.image.created.reset();
  stage.root = loaded->root;
  stage.env = std::move(loaded->env);
  stage.dir = std::move(loaded->dir);
  stage.statePlatform = platform.normalized();
  stage.platform = platform;
  return llvm::success();
}

llvm::LogicalResult BaseResolver::imageNotFound(const std::string &why) {
  std::vector<std::string> names = stages.displayNames();
  for (std::string name : {"alpine", "busybox", "centos", "debian", "golang",
                           "ubuntu", "fedora"}) {
    names.push_back(name);
    names.push_back("docker.io/library" + name);
    names.push_back(name + ":latest");
    names.push_back("docker.io/library" + name + ":latest");
  }
  return fail(diag::BaseImageNotFound, written, why,
              didYouMean(written, names, true));
}

std::string BaseResolver::logName() const {
  std::string prefix =
      context.frontend.multiPlatform ? platform.formatAll() + " " : "";
  return "[" + prefix + "internal] load metadata for " + stage.baseName;
}

/// Without a platform asked for, an image for another one that can be built
/// here is taken as it is.
void BaseResolver::detectPlatform() {
  if (stage.platform || !context.implicitTarget)
    return;
  const PlatformSpec &image = stage.image.platform;
  auto matches = [&](const PlatformSpec &other) {
    return other.os == image.os && other.architecture == image.architecture;
  };
  if (matches(platform))
    return;
  for (const PlatformSpec &build : context.buildPlatforms)
    if (matches(build)) {
      platform = build;
      return;
    }
}

llvm::LogicalResult BaseResolver::fetchConfig(Reference &ref, bool &isScratch) {
  ImageResolver::Answer answer;
  if (context.options.resolver)
    answer = context.options.resolver->resolveFor(
        {logName(), ""}, stage.baseName, platform.normalized(),
        context.frontend.resolveMode);
  if (!answer.image && !answer.error.empty())
    return imageNotFound(answer.error);
  if (!answer.image || answer.image->config.empty()) {
    // Nobody knows the image: its config starts empty.
    stage.image.platform = platform;
    stage.image.rootfsType = "layers";
    stage.baseImage = stage.image;
    return llvm::success();
  }

  const LockedImage &image = *answer.image;
  std::string error;
  if (!Reference::parseNormalized(image.ref, ref, error))
    return fail(diag::BadImageReference, go::quote(image.ref), error);
  auto config = configs.find(image.config);
  if (config == configs.end()) {
    ImageConfig parsed;
    if (!ImageConfig::parse(image.config, parsed, error))
      return fail(diag::BadImageConfig, error);
    config = configs.try_emplace(image.config, std::move(parsed)).first;
  }
  stage.image = config->second;
  context.used.add(image);
  stage.baseImage = stage.image;
  stage.image.created.reset();
  detectPlatform();
  if (!image.digest.empty())
    ref.digest = image.digest;
  stage.baseName = ref.str();

  // An image without layers is scratch; old ones tell of their layers only in
  // the history.
  if (stage.image.diffIds && !stage.image.diffIds->empty())
    return llvm::success();
  isScratch = true;
  for (const HistoryEntry *entry : stage.image.history.entries())
    isScratch &= entry->emptyLayer;
  return llvm::success();
}

void BaseResolver::addImage() {
  ir::OpMetadata metadata = namedMetadata(
      stepName(context, stage, "FROM " + stage.baseName, platform, NoEnv()));
  metadata.description[commandKey] = stage.from ? stage.from->original : "";
  stage.setRoot(addImageSource(context, stage.baseName, platform,
                               std::move(metadata),
                               context.locations(stage.lines),
                               context.frontend.resolveMode),
                platform);
}

llvm::LogicalResult BaseResolver::run(bool wanted) {
  Reference ref;
  std::string error;
  if (!Reference::parseNormalized(stage.baseName, ref, error))
    return fail(diag::BadBaseName, go::quote(stage.baseName), error);
  ref.addDefaultTag();
  stage.baseName = ref.str();

  bool isScratch = false;
  if (wanted) {
    if (stage.namedContext)
      return takeNamedContext();
    auto named =
        findNamedContext(context, stage.baseName, platform, stage.lines);
    if (llvm::failed(named))
      return llvm::failure();
    if (*named)
      return takeReplacement(**named);
    if (llvm::failed(fetchConfig(ref, isScratch)))
      return llvm::failure();
  }
  if (!isScratch) {
    addImage();
    if (wanted)
      check::baseImagePlatform(context.linter, stage.lines, stage.range,
                               written, platform, stage.image.platform);
  }
  stage.platform = platform;
  return llvm::success();
}

llvm::LogicalResult resolveBaseImage(LowerContext &context,
                                     const StageList &stages,
                                     BaseConfigs &configs, StageState &stage,
                                     bool wanted) {
  llvm::LogicalResult result =
      BaseResolver(context, stages, configs, stage).run(wanted);
  // There is nothing to lower in a stage that only stands for an image.
  if (stage.implicit)
    stage.dispatched = true;
  return result;
}

} // namespace llb::lower
