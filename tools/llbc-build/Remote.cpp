// SPDX-License-Identifier: Apache-2.0
//
// The daemon runs what was compiled here; what it reads and writes on this
// machine goes through the session.
#include "Remote.h"
#include "Report.h"

#include "llb/Context/Reads.h"
#include "llb/Gateway/Solve.h"
#include "llb/IR/Binary.h"
#include "llb/Support/BuildDiags.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/RandomId.h"

namespace llbc {

using namespace llb;

namespace {

std::vector<buildkit::Backend> exportersOf(const driver::Options &options) {
  buildkit::Backend exporter;
  exporter.type = options.emit == driver::EmitKind::Docker ? "docker" : "oci";
  std::string names;
  for (const std::string &name : options.tags)
    names += (names.empty() ? "" : ",") + name;
  if (!names.empty())
    exporter.attrs["name"] = names;
  return {exporter};
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
    if (llvm::Error error = builder.connect(options))
      return {std::nullopt, llvm::toString(std::move(error))};
    Answer answer = builder.host->resolveFor(purpose, ref, platform, mode);
    if (receivedSignal())
      answer.error = "interrupted";
    return answer;
  }

private:
  RemoteBuilder &builder;
  const driver::Options &options;
};

RemoteBuilder::~RemoteBuilder() = default;

std::unique_ptr<lower::ImageResolver>
RemoteBuilder::resolver(const driver::Options &options) {
  return std::make_unique<Resolver>(*this, options);
}

llvm::Error RemoteBuilder::connect(const driver::Options &options) {
  if (daemon)
    return llvm::Error::success();
  buildkit::BuildOptions build;
  build.cancel = &watchSignals();
  build.address = options.daemon;
  build.session = options.session ? *options.session : randomId();
  build.exporters = exportersOf(options);
  build.entitlements = options.allowed;
  build.locals = driver::localDirectories(options);
  if (llvm::Error error = readSecrets(options, build.secrets))
    return error;
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
  auto met = (*started)->bridge().ping();
  if (!met) {
    llvm::consumeError(met.takeError());
    return llvm::createStringError(
        std::make_error_code(std::errc::connection_refused), "%s",
        (*started)->abandon({}).message.c_str());
  }
  daemon = std::move(*started);
  peer = std::move(*met);
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
  if (llvm::Error error = connect(job.options)) {
    progress.reset();
    job.diags.report(diag::DaemonUnavailable, {},
                     llvm::toString(std::move(error)));
    return llvm::failure();
  }
  for (const lower::LoweredImage &image : job.lowered.images)
    for (const context::LocalRead &read : context::findLocalReads(image.module))
      daemon->allowLocal(read.name, read.filter);
  daemon->receive(0, job.out);
  gateway::Failure reason;
  auto result = gateway::solveImages(daemon->bridge(), peer, job.lowered,
                                     job.options.opts, reason);
  if (!result)
    return fail(job, daemon->abandon(reason));
  buildkit::BuildFailure failure;
  auto response = daemon->finish(*result, failure);
  if (!response)
    return fail(job, failure);
  daemon.reset();
  progress.reset();
  std::string id = valueOf(*response, "containerimage.config.digest");
  if (id.empty())
    id = valueOf(*response, "containerimage.digest");
  return writeResultFiles(job, id, responseJson(*response));
}

} // namespace llbc
