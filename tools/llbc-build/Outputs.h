// SPDX-License-Identifier: Apache-2.0
//
// The outputs of a build: opened before it, so that a path that cannot be
// written is known early, and put into place together after it.
#ifndef LLBC_OUTPUTS_H
#define LLBC_OUTPUTS_H

#include "llb/Backend/Backend.h"
#include "llb/Driver/Driver.h"
#include "llb/Engine/Solver.h"
#include "llb/Registry/DockerEngine.h"
#include "llb/Support/OutputFile.h"

#include <map>

namespace llbc {

class Outputs {
public:
  explicit Outputs(const llb::driver::BuildJob &job) : job(job) {}

  /// Opens files and directories; failures are reported.
  llvm::LogicalResult open();
  /// Those that are streams by their place among the options' outputs.
  std::map<size_t, llvm::raw_ostream *> streams();
  /// The directories to fill of those that are directories, likewise.
  std::map<size_t, std::string> directories();
  /// What makes layers into blobs while the image is built; none if an output
  /// wants their files.
  llb::engine::PackLayer packer(llb::engine::Store &store,
                                llb::engine::Snapshots &snapshots,
                                llb::registry::Client &registry,
                                const std::atomic<bool> &cancel);
  /// Writes the outputs, registries last. What is known of the image comes from
  /// the first that is one. engine::LayerLost comes before anything of an
  /// output is written.
  llvm::Expected<llb::backend::Exported>
  write(const llb::backend::BuildResult &result, llb::engine::Store &store,
        llb::engine::Snapshots &snapshots, llb::registry::Client &registry,
        const std::atomic<bool> &cancel);
  /// Whether `write` has finished one of them.
  bool hasWritten() const { return written; }
  /// Lets what was written appear; failures are reported.
  llvm::LogicalResult keep();

private:
  struct Target {
    llb::backend::Output output;
    std::optional<llb::OutputFile> file;
    std::optional<llb::OutputDirectory> directory;
    /// What a docker engine gets, and that.
    std::unique_ptr<llvm::raw_fd_ostream> archive;
    int archiveFd = -1;
    std::optional<llb::registry::DockerEngine> engine;

    llvm::raw_ostream *stream();
    llvm::Error openArchive();
  };
  llvm::LogicalResult load(Target &target);
  llvm::LogicalResult fail(const std::string &path, llvm::Error error);

  const llb::driver::BuildJob &job;
  std::vector<Target> targets;
  /// The form of layers where no output has one.
  llb::backend::Output plain;
  bool written = false;
};

} // namespace llbc

#endif
