// SPDX-License-Identifier: Apache-2.0
//
// Named contexts.
#include "NamedContext.h"
#include "BuildContext.h"
#include "InputDefinition.h"
#include "Sources.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoText.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Reference.h"
#include "llb/Support/Unicode.h"

#include <fmt/format.h>

namespace llb::lower {

static constexpr std::string_view optionPrefix = "context:";

static bool hasNamedContexts(const FrontendOptions &frontend) {
  auto at = frontend.raw.lower_bound(std::string(optionPrefix));
  return at != frontend.raw.end() && at->first.starts_with(optionPrefix);
}

llvm::FailureOr<std::shared_ptr<NamedContext>>
findNamedContext(LowerContext &context, std::string_view name,
                 const std::optional<PlatformSpec> &platform,
                 std::optional<LineRange> lines) {
  std::shared_ptr<NamedContext> none;
  if (unicode::equalFold(name, "scratch") ||
      unicode::equalFold(name, "context"))
    return none;
  // A frontend without a client knows no named contexts and does not mind names
  // that could not be one.
  if (!context.options.session && !hasNamedContexts(context.frontend))
    return none;

  Reference ref;
  std::string error;
  if (!Reference::parseNormalized(name, ref, error)) {
    auto report = context.diags.report(
        diag::BadContext, {},
        fmt::format("invalid context name {}: {}", name, error));
    if (lines)
      report.place(*lines);
    return llvm::failure();
  }
  std::string familiar = ref.familiar();
  constexpr std::string_view latest = ":latest";
  if (familiar.ends_with(latest))
    familiar.resize(familiar.size() - latest.size());

  NamedContext found;
  found.name = familiar;
  found.platform = platform;
  if (!platform && !context.implicitTarget)
    found.platform = context.targetPlatform;
  PlatformSpec shown = found.platform.value_or(PlatformSpec::host());
  std::string exact = familiar + "::" + shown.normalized().formatAll();
  for (const std::string &key : {exact, familiar}) {
    const std::string *input =
        context.frontend.find(std::string(optionPrefix) + key);
    if (!input)
      continue;
    found.key = key;
    found.input = *input;
    return std::make_shared<NamedContext>(std::move(found));
  }
  return none;
}

namespace {

/// Loads one named context; each kind of value has its function.
class ContextLoader {
public:
  ContextLoader(LowerContext &context, const NamedContext &named,
                StageState &stage)
      : context(context), named(named), stage(stage) {}

  llvm::FailureOr<LoadedContext> load();

private:
  llvm::LogicalResult fail(const std::string &text) {
    context.diags.report(diag::BadContext, stage.range, text)
        .place(stage.lines);
    return llvm::failure();
  }
  std::string title(std::string_view text) const {
    return fmt::format("[context {}] {}", named.key, text);
  }
  /// The config of `ref`, asked for under that name.
  llvm::FailureOr<ImageConfig> resolve(const std::string &ref,
                                       const std::string &store = "");
  /// State.WithImageConfig
  void applyConfig(const ImageConfig &image);

  llvm::LogicalResult loadImage(std::string_view ref);
  llvm::LogicalResult loadGit();
  llvm::LogicalResult loadHttp();
  llvm::LogicalResult loadOciLayout(std::string_view ref);
  llvm::LogicalResult loadLocal(std::string_view name);
  llvm::LogicalResult loadInput(const std::string &name);

  LowerContext &context;
  const NamedContext &named;
  StageState &stage;
  LoadedContext result;
};

} // namespace

llvm::FailureOr<ImageConfig> ContextLoader::resolve(const std::string &ref,
                                                    const std::string &store) {
  PlatformSpec platform =
      named.platform.value_or(PlatformSpec::host()).normalized();
  ImageResolver::Answer answer;
  if (context.options.resolver)
    answer = context.options.resolver->resolveFor(
        {title("load metadata for " + ref), store}, ref, platform,
        context.frontend.resolveMode);
  if (!answer.image) {
    if (!answer.error.empty())
      return fail(answer.error);
    return ImageConfig::scratch(platform);
  }
  ImageConfig image;
  if (answer.image->config.empty()) {
    // Nobody knows the image: its config starts empty.
    image.platform = platform;
    image.rootfsType = "layers";
    return image;
  }
  context.used.add(*answer.image);
  std::string error;
  if (!ImageConfig::parse(answer.image->config, image, error))
    return fail(error);
  return image;
}

void ContextLoader::applyConfig(const ImageConfig &image) {
  for (const std::string &item : image.env.items()) {
    auto [key, value] = splitAssignment(item);
    if (!key.empty())
      result.env.assign(key, value);
  }
  result.dir = go::isAbsPath(image.workingDir)
                   ? image.workingDir
                   : go::joinPath({"/", image.workingDir});
  if (!image.platform.architecture.empty() && !image.platform.os.empty())
    result.statePlatform = image.platform.normalized();
}

llvm::LogicalResult ContextLoader::loadImage(std::string_view text) {
  if (text == "scratch")
    return llvm::success();
  Reference ref;
  std::string error;
  if (!Reference::parseNormalized(text, ref, error))
    return fail(error);
  ref.addDefaultTag();
  llvm::FailureOr<ImageConfig> image = resolve(ref.str());
  if (llvm::failed(image))
    return llvm::failure();
  result.root = addImageSource(context, ref.str(),
                               named.platform.value_or(context.targetPlatform),
                               namedMetadata(title(text)));
  if (named.platform)
    result.statePlatform = named.platform->normalized();
  applyConfig(*image);
  image->created.reset();
  result.image = std::move(*image);
  return llvm::success();
}

llvm::LogicalResult ContextLoader::loadGit() {
  std::string error;
  result.root = addGitContext(context, named.input, false, "", error);
  if (!error.empty())
    return fail(error);
  if (!result.root.valid())
    return fail("invalid git context " + named.input);
  return llvm::success();
}

llvm::LogicalResult ContextLoader::loadHttp() {
  std::string error;
  result.root = addGitContext(context, named.input, false, "", error);
  if (!error.empty())
    return fail(error);
  if (!result.root.valid())
    result.root = addHttpSource(context, named.input, "context", "",
                                namedMetadata(title(named.input)));
  return llvm::success();
}

llvm::LogicalResult ContextLoader::loadOciLayout(std::string_view text) {
  // The store's name is a reference that is not normalised: `store@sha256:…`.
  size_t at = text.find('@');
  std::string_view name = text.substr(0, at);
  Reference store;
  std::string error;
  if (!Reference::parseNormalized(text, store, error))
    return fail(fmt::format("could not parse oci-layout reference {}: {}",
                            go::quote(text), error));
  if (size_t slash = name.rfind('/'), tag = name.rfind(':');
      tag != std::string_view::npos &&
      (slash == std::string_view::npos || tag > slash))
    name = name.substr(0, tag);
  if (store.digest.empty())
    return fail(
        fmt::format("oci-layout reference {} has no digest", go::quote(text)));

  Reference dummy;
  if (!Reference::parseNormalized(named.name, dummy, error))
    return fail(fmt::format("could not parse oci-layout reference {}: {}",
                            go::quote(named.name), error));
  dummy.digest = store.digest;
  llvm::FailureOr<ImageConfig> image = resolve(dummy.str(), std::string(name));
  if (llvm::failed(image))
    return llvm::failure();

  ir::Source source;
  source.identifier = "oci-layout://" + dummy.str();
  if (context.options.session && !context.options.session->empty())
    source.attrs["oci.session"] = *context.options.session;
  source.attrs["oci.store"] = name;
  ir::Vertex vertex;
  vertex.op.body = std::move(source);
  vertex.op.platform = toIr(named.platform.value_or(context.targetPlatform));
  vertex.metadata = namedMetadata(title("OCI load from client"));
  vertex.metadata.caps["source.ocilayout"] = true;
  result.root = {context.builder.add(std::move(vertex)), 0};
  if (named.platform)
    result.statePlatform = named.platform->normalized();
  applyConfig(*image);
  result.image = std::move(*image);
  return llvm::success();
}

llvm::LogicalResult ContextLoader::loadLocal(std::string_view name) {
  LocalSource source;
  source.name = name;
  const std::string *sharedKey =
      context.frontend.find("sharedkey:localdir:" + named.key);
  source.sharedKeyHint =
      fmt::format("context:{}-{}", named.key, sharedKey ? *sharedKey : "");
  const auto &own = context.options.localIgnorePatterns;
  auto patterns = own.find(source.name);
  if (context.options.host) {
    std::string error;
    auto loaded =
        context.options.host->ignorePatterns(source.name, named.key, error);
    if (!loaded)
      return fail(error);
    source.excludePatterns = std::move(*loaded);
  } else {
    source.excludePatterns = patterns == own.end()
                                 ? context.options.ignorePatterns
                                 : patterns->second;
  }
  source.customName = title("load from client");
  ir::Vertex vertex =
      makeLocalSource(context.options, context.frontend, source);
  result.root = {context.builder.add(std::move(vertex)), 0};
  context.namedLocals.push_back({result.root.node, std::move(source), &stage});
  return llvm::success();
}

/// A definition that the client handed in; a compiler gets none.
llvm::LogicalResult ContextLoader::loadInput(const std::string &name) {
  const std::string *bytes =
      context.options.host ? context.options.host->input(name) : nullptr;
  if (!bytes)
    return fail(fmt::format("invalid input {} for {}", name, named.key));
  llvm::FailureOr<ir::ValueId> root = addDefinition(context, *bytes);
  if (llvm::failed(root))
    return llvm::failure();
  result.root = *root;
  const std::string *metadata = context.frontend.find("input-metadata:" + name);
  if (!metadata)
    return llvm::success();
  InputConfig config = findInputConfig(*metadata);
  if (!config.error.empty())
    return fail(fmt::format("failed to parse input metadata {}: {}", *metadata,
                            config.error));
  if (!config.json)
    return llvm::success();
  ImageConfig image;
  std::string error;
  if (!ImageConfig::parse(*config.json, image, error))
    return fail(fmt::format("failed to parse image config for {}: {}",
                            named.key, error));
  applyConfig(image);
  result.image = std::move(image);
  return llvm::success();
}

llvm::FailureOr<LoadedContext> ContextLoader::load() {
  size_t colon = named.input.find(':');
  if (colon == std::string::npos)
    return fail(fmt::format("invalid context specifier {} for {}", named.input,
                            named.key));
  std::string_view kind = std::string_view(named.input).substr(0, colon);
  std::string_view rest = std::string_view(named.input).substr(colon + 1);
  if (kind.starts_with("git@"))
    kind = "git";
  std::string_view ref = rest;
  if (ref.starts_with("//"))
    ref.remove_prefix(2);

  llvm::LogicalResult done = llvm::failure();
  if (kind == "docker-image")
    done = loadImage(ref);
  else if (kind == "git")
    done = loadGit();
  else if (kind == "http" || kind == "https")
    done = loadHttp();
  else if (kind == "oci-layout")
    done = loadOciLayout(ref);
  else if (kind == "local")
    done = loadLocal(rest);
  else if (kind == "input")
    done = loadInput(std::string(rest));
  else
    done = fail(
        fmt::format("unsupported context source {} for {}", kind, named.key));
  if (llvm::failed(done))
    return llvm::failure();
  return std::move(result);
}

llvm::FailureOr<LoadedContext> loadNamedContext(LowerContext &context,
                                                const NamedContext &named,
                                                StageState &stage) {
  return ContextLoader(context, named, stage).load();
}

void completeNamedContexts(LowerContext &context) {
  for (NamedLocal &local : context.namedLocals) {
    local.source.followPaths = followPathsOf(*local.stage->usedPaths);
    ir::Vertex complete =
        makeLocalSource(context.options, context.frontend, local.source);
    ir::Vertex &vertex = context.builder.edit(local.node);
    complete.op.constraints = std::move(vertex.op.constraints);
    vertex = std::move(complete);
  }
}

} // namespace llb::lower
