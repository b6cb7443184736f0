// SPDX-License-Identifier: Apache-2.0
//
// Registries come last: what is pushed is seen by others and cannot be taken
// back when another output fails.
#include "Outputs.h"
#include "Caches.h"
#include "Report.h"

#include "llb/Support/BuildDiags.h"
#include "llb/Support/ToolDiags.h"

#include <llvm/Support/FileSystem.h>

namespace llbc {

using namespace llb;

llvm::LogicalResult Outputs::fail(const std::string &path, llvm::Error error) {
  job.diags.report(diag::CannotWrite, {}, path,
                   llvm::toString(std::move(error)));
  return llvm::failure();
}

llvm::LogicalResult Outputs::open() {
  for (const backend::Output &output : job.options.outputs) {
    Target target;
    target.output = output;
    if (!target.output.sourceDateEpoch)
      target.output.sourceDateEpoch = job.lowered.sourceDateEpoch;
    if (output.rewriteTimestamp && !target.output.sourceDateEpoch)
      job.diags.report(diag::RewriteWithoutEpoch, {});
    target.output.inlineCache =
        output.isImage() && wantsInlineCache(job.options);
    if (target.output.inlineCache && output.rewriteTimestamp &&
        target.output.sourceDateEpoch) {
      target.output.inlineCache = false;
      job.diags.report(diag::InlineCacheOmitted, {});
    }
    if (output.load) {
      if (llvm::Error error = target.openArchive())
        return fail("the archive for docker", std::move(error));
      std::string error;
      target.engine = registry::DockerEngine::find(&watchSignals(), error);
      if (!target.engine) {
        job.diags.report(diag::EngineUnavailable, {}, error);
        return llvm::failure();
      }
    } else if (output.isStream()) {
      auto file = OutputFile::open(output.dest);
      if (!file)
        return fail(output.dest, file.takeError());
      if (file->isTerminal() && !job.options.force) {
        job.diags.report(diag::BinaryToTerminal, {});
        return llvm::failure();
      }
      target.file = std::move(*file);
    } else if (output.fillsDirectory()) {
      auto directory = OutputDirectory::open(output.dest);
      if (!directory)
        return fail(output.dest, directory.takeError());
      target.directory = std::move(*directory);
    }
    targets.push_back(std::move(target));
  }
  return llvm::success();
}

engine::PackLayer Outputs::packer(engine::Store &store,
                                  engine::Snapshots &snapshots,
                                  registry::Client &registry,
                                  const std::atomic<bool> &cancel) {
  std::map<std::string, std::shared_ptr<backend::Exporter>> exporters;
  auto add = [&](const backend::Output &output) {
    auto exporter = std::make_shared<backend::Exporter>(
        store, snapshots, registry, output, job.diags, cancel);
    exporters.emplace(exporter->layerForm(), std::move(exporter));
  };
  for (const Target &target : targets) {
    if (target.output.form == backend::Form::CacheOnly)
      continue;
    // A tree could not be made again from a tar with other times.
    if (target.output.isRootfs() || target.output.rewriteTimestamp)
      return nullptr;
    add(target.output);
  }
  for (const driver::EngineCache &cache : job.options.engineCacheTo)
    if (!cache.isInline)
      add(cache.layers);
  // Who writes nothing need not wait for a compressor.
  if (exporters.empty()) {
    plain.compression = backend::Compression::None;
    add(plain);
  }
  return [exporters = std::move(exporters)](const engine::Tree &layer,
                                            const engine::Tree *below)
             -> llvm::Expected<std::vector<engine::LayerBlob>> {
    std::vector<engine::LayerBlob> blobs;
    for (const auto &[form, exporter] : exporters) {
      auto blob = exporter->packLayer(layer, below);
      if (!blob)
        return blob.takeError();
      blobs.push_back(std::move(*blob));
    }
    return blobs;
  };
}

llvm::Expected<backend::Exported>
Outputs::write(const backend::BuildResult &result, engine::Store &store,
               engine::Snapshots &snapshots, registry::Client &registry,
               const std::atomic<bool> &cancel) {
  backend::Exported first;
  for (const Target &target : targets)
    if (target.output.isRootfs())
      for (const backend::Image &image : result.images)
        if (llvm::Error error = snapshots.unpack(image.snapshot))
          return error;
  for (bool toRegistry : {false, true})
    for (Target &target : targets) {
      if ((target.output.form == backend::Form::Image) != toRegistry)
        continue;
      backend::Exporter exporter(store, snapshots, registry, target.output,
                                 job.diags, cancel);
      auto exported =
          exporter.write(result, target.stream(),
                         target.directory ? &*target.directory : nullptr);
      if (!exported)
        return exported.takeError();
      written = true;
      if (first.digest.empty())
        first = std::move(*exported);
    }
  return first;
}

std::map<size_t, llvm::raw_ostream *> Outputs::streams() {
  std::map<size_t, llvm::raw_ostream *> result;
  for (size_t i = 0; i < targets.size(); ++i)
    if (llvm::raw_ostream *stream = targets[i].stream())
      result[i] = stream;
  return result;
}

std::map<size_t, std::string> Outputs::directories() {
  std::map<size_t, std::string> result;
  for (size_t i = 0; i < targets.size(); ++i)
    if (targets[i].directory)
      result[i] = targets[i].directory->staging();
  return result;
}

llvm::raw_ostream *Outputs::Target::stream() {
  return file ? &file->stream() : archive.get();
}

/// A file without a name where there is room for large ones.
llvm::Error Outputs::Target::openArchive() {
  const char *wanted = std::getenv("TMPDIR");
  std::string folder = wanted && *wanted ? wanted : "/var/tmp";
  llvm::SmallString<64> path;
  int fd = -1;
  if (std::error_code error = llvm::sys::fs::createUniqueFile(
          folder + "/llbc-load-%%%%%%%%", fd, path))
    return llvm::createStringError(error, "%s", folder.c_str());
  ::unlink(path.c_str());
  archive = std::make_unique<llvm::raw_fd_ostream>(fd, /*shouldClose=*/true);
  archiveFd = fd;
  return llvm::Error::success();
}

/// Gives its image to the docker engine.
llvm::LogicalResult Outputs::load(Target &target) {
  target.archive->flush();
  std::string error;
  if (std::error_code failed = target.archive->error()) {
    target.archive->clear_error();
    return fail("the archive for docker",
                llvm::createStringError(failed, "it cannot be stored"));
  }
  if (target.engine->load(target.archiveFd,
                          static_cast<int64_t>(target.archive->tell()), error))
    return llvm::success();
  job.diags.report(diag::ImageNotLoaded, {}, error);
  return llvm::failure();
}

llvm::LogicalResult Outputs::keep() {
  // Before anything appears: this may fail.
  for (Target &target : targets)
    if (target.engine && failed(load(target)))
      return llvm::failure();
  for (Target &target : targets) {
    if (target.file)
      if (llvm::Error error = target.file->keep())
        return fail(target.output.dest, std::move(error));
    if (target.directory)
      if (llvm::Error error = target.directory->keep())
        return fail(target.output.dest, std::move(error));
  }
  return llvm::success();
}

} // namespace llbc
