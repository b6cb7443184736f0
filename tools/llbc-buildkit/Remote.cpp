// SPDX-License-Identifier: Apache-2.0
//
// The daemon runs what was compiled here; what it reads and writes on this
// machine goes through the session.
#include "Remote.h"
#include "Outputs.h"
#include "RemoteCaches.h"
#include "Report.h"

#include "llb/Context/Reads.h"
#include "llb/Gateway/Solve.h"
#include "llb/IR/Binary.h"
#include "llb/Support/BuildDiags.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoText.h"
#include "llb/Support/RandomId.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/FileSystem.h>

namespace llbc {

using namespace llb;

namespace {

std::string annotationKey(const backend::Annotation &annotation) {
  constexpr const char *places[] = {"manifest", "manifest-descriptor", "index",
                                    "index-descriptor"};
  std::string key = "annotation-" +
                    std::string(places[static_cast<size_t>(annotation.place)]);
  if (!annotation.platform.empty())
    key += "[" + annotation.platform + "]";
  return key + "." + annotation.key;
}

/// An output in the words of the daemon. The argument of the build is the epoch
/// of outputs that have none of their own, as it is when the daemon compiles.
buildkit::Backend exporterOf(const backend::Output &output,
                             const std::map<std::string, std::string> &opts) {
  using backend::Compression;
  buildkit::Backend exporter;
  exporter.type = backend::infoOf(output.form).type;
  auto &attrs = exporter.attrs;
  auto set = [&](const char *key, bool flag) {
    if (flag)
      attrs[key] = "true";
  };
  auto argument = opts.find("build-arg:SOURCE_DATE_EPOCH");
  if (output.sourceDateEpoch)
    attrs["source-date-epoch"] = std::to_string(*output.sourceDateEpoch);
  else if (argument != opts.end() &&
           go::parseInt(argument->second, 10, 64).ok())
    attrs["source-date-epoch"] = argument->second;
  if (!output.isImage()) {
    if (output.platformSplit)
      attrs["platform-split"] = *output.platformSplit ? "true" : "false";
    return exporter;
  }
  if (!output.names.empty())
    attrs["name"] = llvm::join(output.names, ",");
  if (output.compression)
    attrs["compression"] = output.estargz ? "estargz"
                           : *output.compression == Compression::Gzip ? "gzip"
                           : *output.compression == Compression::Zstd
                               ? "zstd"
                               : "uncompressed";
  if (output.level)
    attrs["compression-level"] = std::to_string(*output.level);
  set("force-compression", output.forceCompression);
  set("rewrite-timestamp", output.rewriteTimestamp);
  set("push", output.form == backend::Form::Image);
  set("push-by-digest", output.pushByDigest);
  set("registry.insecure", output.insecureRegistry);
  if (!output.ociMediaTypes)
    attrs["oci-mediatypes"] = "false";
  for (const backend::Annotation &annotation : output.annotations)
    attrs[annotationKey(annotation)] = annotation.value;
  return exporter;
}

/// Where the operation stands that failed.
struct FailedNode {
  const ir::Module *module = nullptr;
  ir::NodeId node;
};

FailedNode findNode(const lower::Lowered &lowered, const std::string &digest) {
  for (const lower::LoweredImage &image : lowered.images) {
    std::vector<Digest> digests = ir::digestNodes(image.module);
    for (size_t i = 0; i < digests.size(); ++i)
      if (digests[i].str() == digest)
        return {&image.module, ir::NodeId{static_cast<uint32_t>(i)}};
  }
  return {};
}

/// What exporters told as JSON, sorted by key; values that are JSON in base64
/// are that JSON, as BuildKit's client writes them.
std::string responseJson(const std::map<std::string, std::string> &response) {
  std::string json = "{";
  for (const auto &[key, value] : response) {
    auto plain = go::decodeBase64(value);
    bool isObject = plain && plain->starts_with("{") && go::isJson(*plain);
    json += (json.size() > 1 ? "," : "") + go::jsonString(key) + ":" +
            (isObject ? *plain : go::jsonString(value));
  }
  return json + "}";
}

std::string valueOf(const std::map<std::string, std::string> &response,
                    const std::string &key) {
  auto found = response.find(key);
  return found == response.end() ? std::string() : found->second;
}

} // namespace

/// Asks the daemon, and begins the build for that.
class RemoteBuilder::Resolver : public lower::ImageResolver {
public:
  Resolver(RemoteBuilder &builder, const driver::Options &options)
      : builder(builder), options(options) {}

  Answer resolve(const std::string &ref, const PlatformSpec &platform,
                 lower::ResolveMode mode) override {
    return resolveFor({"[internal] load metadata for " + ref, ""}, ref,
                      platform, mode);
  }
  Answer resolveFor(const Purpose &purpose, const std::string &ref,
                    const PlatformSpec &platform,
                    lower::ResolveMode mode) override {
    if (llvm::Error error = builder.connect(options)) {
      builder.broken = llvm::toString(std::move(error));
      return {std::nullopt, builder.broken};
    }
    Answer answer = builder.host->resolveFor(purpose, ref, platform, mode);
    if (receivedSignal())
      answer.error = "interrupted";
    else if (!answer.image)
      builder.broken = builder.daemon->trouble();
    return answer;
  }

private:
  RemoteBuilder &builder;
  const driver::Options &options;
};

RemoteBuilder::~RemoteBuilder() {
  daemon.reset();
  agents.clear();
  if (!folder.empty())
    (void)llvm::sys::fs::remove_directories(folder);
}

std::unique_ptr<lower::ImageResolver>
RemoteBuilder::resolver(const driver::Options &options) {
  return std::make_unique<Resolver>(*this, options);
}

bool RemoteBuilder::supports(const driver::Options &options,
                             const std::string &capability) {
  if (!broken.empty())
    return true;
  if (llvm::Error error = connect(options)) {
    broken = llvm::toString(std::move(error));
    return true;
  }
  return daemon->peer().llbCaps.contains(capability);
}

llvm::Error RemoteBuilder::openAgents(const driver::Options &options) {
  if (options.ssh.empty())
    return llvm::Error::success();
  llvm::SmallString<64> path;
  if (std::error_code error =
          llvm::sys::fs::createUniqueDirectory("llbc-ssh", path))
    return llvm::createStringError(error,
                                   "cannot make a directory for sockets");
  folder = path.str().str();
  return llbc::openAgents(
      options,
      [&] { return folder + "/agent-" + std::to_string(agents.size()); },
      agents);
}

llvm::Error RemoteBuilder::connect(const driver::Options &options) {
  if (daemon)
    return llvm::Error::success();
  buildkit::BuildOptions build;
  build.cancel = &watchSignals();
  build.address = options.daemon;
  build.tls = {options.tlsCa, options.tlsCertificate, options.tlsKey,
               options.tlsServerName};
  build.session = options.session ? *options.session : randomId();
  for (const backend::Output &output : options.outputs)
    if (output.form != backend::Form::CacheOnly)
      build.exporters.push_back(exporterOf(output, options.opts));
  if (llvm::Error error = addContents(options, build))
    return error;
  build.entitlements = options.allowed;
  build.locals = driver::localDirectories(options);
  if (llvm::Error error = readSecrets(options, build.secrets))
    return error;
  if (llvm::Error error = openAgents(options))
    return error;
  if (!agents.empty())
    build.ssh = {&agents, folder};
  std::string error;
  if (!registry::CredentialStore::load(build.credentials, error))
    return llvm::createStringError(
        std::make_error_code(std::errc::invalid_argument), "%s", error.c_str());
  lowering.session = build.session;
  progress =
      engine::Progress::create(progressMode(options.progress), llvm::errs());
  auto started = buildkit::Build::start(std::move(build), *progress);
  if (!started)
    return started.takeError();
  daemon = std::move(*started);
  host.emplace(daemon->bridge(), lowering);
  return llvm::Error::success();
}

llvm::LogicalResult RemoteBuilder::fail(const driver::BuildJob &job,
                                        const buildkit::BuildFailure &failure) {
  // What is on a terminal is in the way of messages.
  daemon.reset();
  progress.reset();
  if (failure.canceled)
    return llvm::failure();
  FailedNode failed = findNode(job.lowered, failure.step);
  if (failed.module)
    reportFailure(job, *failed.module,
                  {failed.node, failure.message, failure.log});
  else
    job.diags.report(diag::BuildFailed, {}, failure.message);
  return llvm::failure();
}

llvm::LogicalResult RemoteBuilder::build(const driver::BuildJob &job) {
  Outputs outputs(job);
  if (failed(outputs.open()))
    return llvm::failure();
  // One that could not be reached before is not tried again.
  if (broken.empty())
    if (llvm::Error error = connect(job.options))
      broken = llvm::toString(std::move(error));
  if (!broken.empty()) {
    progress.reset();
    job.diags.report(diag::DaemonUnavailable, {}, broken);
    return llvm::failure();
  }
  for (const lower::LoweredImage &image : job.lowered.images)
    for (const context::LocalRead &read : context::findLocalReads(image.module))
      daemon->allowLocal(read.name, read.filter);
  for (const auto &[number, stream] : outputs.streams())
    daemon->receive(number, *stream);
  for (const auto &[number, path] : outputs.directories())
    daemon->receive(number, path, job.lowered.images.size());
  gateway::Failure reason;
  std::map<std::string, std::string> opts = job.options.opts;
  if (std::string imports = cacheImports(job); !imports.empty())
    opts["cache-imports"] = imports;
  auto result = gateway::solveImages(daemon->bridge(), daemon->peer(),
                                     job.lowered, opts, reason);
  if (!result)
    return fail(job, daemon->abandon(reason));
  buildkit::BuildFailure failure;
  auto response = daemon->finish(*result, failure);
  if (!response)
    return fail(job, failure);
  daemon.reset();
  progress.reset();
  if (failed(nameCaches(job, *response)))
    return llvm::failure();
  std::string id = valueOf(*response, "containerimage.config.digest");
  if (id.empty())
    id = valueOf(*response, "containerimage.digest");
  if (failed(writeResultFiles(job, id, responseJson(*response))))
    return llvm::failure();
  return outputs.keep();
}

} // namespace llbc
