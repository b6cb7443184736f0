// SPDX-License-Identifier: Apache-2.0
//
// The embedded engine's parts in order. At a signal the steps that run are
// killed, and everything is unmounted and removed on the usual way out.
#include "Build.h"
#include "Caches.h"
#include "Outputs.h"
#include "Report.h"

#include "llb/Engine/Solver.h"
#include "llb/Support/BuildDiags.h"
#include "llb/Support/GoJson.h"

#include <llvm/ADT/ScopeExit.h>
#include <llvm/ADT/StringExtras.h>

namespace llbc {
namespace {

using namespace llb;

/// More layers than an image may have.
constexpr int maxLostLayers = 128;

class Job {
public:
  Job(const driver::BuildJob &job, std::shared_ptr<registry::Client> registry)
      : job(job), canceled(watchSignals()), registry(std::move(registry)),
        outputs(job) {}
  llvm::LogicalResult run();

private:
  llvm::Error open();
  void keepDocuments();
  llvm::Error readOptions();
  /// Solves all images. False after a failure, which was reported; or, if
  /// `retry` was set and stays so, one that a second try can mend.
  bool solve(backend::BuildResult &result, bool &retry);
  /// A try, from steps to outputs; likewise.
  std::optional<backend::Exported> make(backend::BuildResult &result,
                                        bool &retry);
  void tellDamage(const std::optional<std::string> &blob) {
    if (blob && !blob->empty())
      job.diags.report(diag::StoredLayerDamaged, {}, *blob);
  }
  llvm::LogicalResult tell(const backend::Exported &exported);
  llvm::LogicalResult fail(DiagId id, llvm::Error error) {
    job.diags.report(id, {}, llvm::toString(std::move(error)));
    return llvm::failure();
  }

  const driver::BuildJob &job;
  const std::atomic<bool> &canceled;
  std::unique_ptr<engine::Store> store;
  std::shared_ptr<registry::Client> registry;
  std::optional<engine::Snapshots> snapshots;
  std::optional<engine::CacheImports> imports;
  engine::SshAgents agents;
  engine::SolveOptions options;
  Outputs outputs;
};

llvm::Error Job::open() {
  if (llvm::Error error = engine::enterPrivateNamespace())
    return error;
  auto opened = engine::Store::open(job.options.root.empty()
                                        ? engine::Store::defaultRoot()
                                        : job.options.root);
  if (!opened)
    return opened.takeError();
  store = std::move(*opened);
  if (!store->repairReason().empty())
    job.diags.report(diag::StoreRepaired, {}, store->repairReason());
  if (registry)
    return llvm::Error::success();
  std::string error;
  registry = registry::Client::load(error);
  return registry ? llvm::Error::success()
                  : llvm::createStringError(
                        std::make_error_code(std::errc::invalid_argument), "%s",
                        error.c_str());
}

/// For the next build, which then asks for what a tag means and no more.
void Job::keepDocuments() {
  for (const auto &[name, text] : registry->documents())
    if (std::optional<Digest> digest = Digest::parse(name))
      // One that is not kept is asked for again.
      llvm::consumeError(store->putBlob(text, *digest));
}

llvm::LogicalResult Job::tell(const backend::Exported &exported) {
  // An index has no config.
  bool single = !job.lowered.multiPlatform;
  std::string json = "{";
  if (single)
    json += "\"containerimage.config.digest\":" +
            go::jsonString(exported.configDigest) + ",";
  json += "\"containerimage.descriptor\":" + exported.descriptor +
          ",\"containerimage.digest\":" + go::jsonString(exported.digest);
  if (!exported.names.empty())
    json +=
        ",\"image.name\":" + go::jsonString(llvm::join(exported.names, ","));
  return writeResultFiles(job, single ? exported.configDigest : exported.digest,
                          json + "}");
}

llvm::Error Job::readOptions() {
  options.locals = job.locals;
  options.ociLayouts = job.options.ociLayouts;
  options.hashing = context::ContentOptions::from(job.options.hashIndex);
  options.warnings = &job.diags;
  options.cancel = &canceled;
  if (job.options.maxUnpackedBytes)
    options.unpack.bytes = job.options.maxUnpackedBytes;
  if (job.options.maxUnpackedEntries)
    options.unpack.entries = job.options.maxUnpackedEntries;
  options.entitlements = {job.options.allowed.begin(),
                          job.options.allowed.end()};
  if (llvm::Error error = readSecrets(job.options, options.secrets))
    return error;
  if (llvm::Error error = openAgents(
          job.options, [&] { return store->temporaryPath(); }, agents))
    return error;
  options.ssh = &agents;
  imports.emplace(*registry, cacheLocations(job.options), &job.diags);
  if (!job.options.engineCacheFrom.empty())
    options.imports = &*imports;
  options.pack = outputs.packer(*store, *snapshots, *registry, canceled);
  return llvm::Error::success();
}

bool Job::solve(backend::BuildResult &result, bool &retry) {
  auto progress = engine::Progress::create(progressMode(job.options.progress),
                                           job.messages);
  engine::Solver solver(*store, *snapshots, *registry, *progress, options);
  for (const lower::LoweredImage &lowered : job.lowered.images) {
    backend::Image image;
    image.platform = lowered.platform;
    image.config = lowered.config;
    image.baseConfig = lowered.baseConfig;
    if (!lowered.module.results.empty()) {
      engine::StepFailure failure;
      auto snapshot =
          solver.solve(lowered.module, lowered.module.results.front(), failure);
      if (!snapshot) {
        progress.reset();
        tellDamage(failure.lostBlob);
        retry = retry && failure.lostBlob;
        if (!retry)
          reportFailure(job, lowered.module, failure);
        return false;
      }
      image.snapshot = std::move(*snapshot);
    }
    result.images.push_back(std::move(image));
  }
  return true;
}

std::optional<backend::Exported> Job::make(backend::BuildResult &result,
                                           bool &retry) {
  result.images.clear();
  if (!solve(result, retry))
    return std::nullopt;
  keepDocuments();
  auto exported =
      outputs.write(result, *store, *snapshots, *registry, canceled);
  if (exported)
    return std::move(*exported);
  llvm::Error error = exported.takeError();
  auto lostBlob = engine::lostBlobOf(error);
  tellDamage(lostBlob);
  retry = retry && lostBlob && !outputs.hasWritten();
  std::string text = llvm::toString(std::move(error));
  if (!retry)
    job.diags.report(diag::ExportFailed, {},
                     text + (canceled ? "" : store->fullNote()));
  return std::nullopt;
}

llvm::LogicalResult Job::run() {
  if (failed(outputs.open()))
    return llvm::failure();
  if (llvm::Error error = open())
    return fail(diag::BuildUnavailable, std::move(error));
  registry->cancelWhen(canceled);
  snapshots.emplace(*store);
  snapshots->cancelWhen(canceled);
  if (llvm::Error error = snapshots->choose(job.options.snapshotter))
    return fail(diag::BuildUnavailable, std::move(error));
  // Only what runs, or reads a whole file system, finds out.
  auto tellObstacle = llvm::make_scope_exit([&] {
    if (!snapshots->obstacle().empty())
      job.diags.report(diag::LayersAreCopied, {}, store->root(),
                       snapshots->obstacle());
  });
  if (llvm::Error error = readOptions())
    return fail(diag::BuildUnavailable, std::move(error));
  backend::BuildResult result;
  result.multiPlatform = job.lowered.multiPlatform;
  if (!job.options.engineCacheTo.empty())
    options.resultNames = &result.resultNames;
  result.imports = options.imports;
  // A layer that turns out to be damaged is forgotten and made once more; then
  // the next may turn out to be.
  std::optional<backend::Exported> exported;
  bool retry = true;
  for (int left = maxLostLayers; !exported && retry; --left) {
    retry = left > 0;
    exported = make(result, retry);
  }
  if (!exported)
    return llvm::failure();
  // An image is of use without its cache, so that comes after it.
  bool cached = llvm::succeeded(writeCaches(
      job, result, {*store, *snapshots, *registry, job.diags, canceled}));
  if (failed(tell(*exported)) || failed(outputs.keep()))
    return llvm::failure();
  return llvm::success(cached);
}

} // namespace

llvm::LogicalResult build(const driver::BuildJob &job,
                          std::shared_ptr<registry::Client> registry) {
  return Job(job, std::move(registry)).run();
}

} // namespace llbc
