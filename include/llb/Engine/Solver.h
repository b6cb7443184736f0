// SPDX-License-Identifier: Apache-2.0
//
// Executes a module: what its terminal operation needs, each step once, steps
// that do not depend on each other side by side, and none whose result is
// known.
#ifndef LLB_ENGINE_SOLVER_H
#define LLB_ENGINE_SOLVER_H

#include "llb/Context/Locals.h"
#include "llb/Engine/CacheImports.h"
#include "llb/Engine/Exec.h"
#include "llb/Engine/Progress.h"
#include "llb/Engine/Snapshots.h"
#include "llb/Engine/SshAgent.h"
#include "llb/Engine/UnpackLimits.h"
#include "llb/IR/Module.h"
#include "llb/Registry/Client.h"

#include <atomic>
#include <functional>
#include <map>
#include <set>

namespace llb::engine {

/// Makes the blobs of a layer on top of `below`, null for scratch, that an
/// export will want.
using PackLayer = std::function<llvm::Expected<std::vector<LayerBlob>>(
    const Tree &layer, const Tree *below)>;

struct SolveOptions {
  /// Directories of local sources by name; `context` and others.
  std::map<std::string, std::string> locals;
  /// How the files in them are hashed.
  context::ContentOptions hashing;
  /// Gets what costs time, or a right of RUN, and nothing else, if it is there.
  DiagEngine *warnings = nullptr;
  /// Content of secrets by id. It is in no key and no record.
  std::map<std::string, std::string> secrets;
  /// Directories of OCI layouts by the name of the store that sources have.
  std::map<std::string, std::string> ociLayouts;
  /// What steps may have beyond the usual, by BuildKit's names (`network.host`,
  /// `security.insecure`); a step that asks for more fails before any runs.
  std::set<std::string> entitlements;
  /// What RUN --mount=type=ssh and git reach by id; owned by the caller.
  const SshAgents *ssh = nullptr;
  /// Set from outside to stop; running containers are killed.
  const std::atomic<bool> *cancel = nullptr;
  /// Caches of others; none if null. Owned by the caller.
  CacheImports *imports = nullptr;
  /// Gets the names of what the steps of a build make that a cache may have
  /// (resultName), if it is not null.
  std::set<std::string> *resultNames = nullptr;
  /// Set if nobody wants the result but as blobs: what is copied into it then
  /// becomes those and no directory.
  PackLayer pack;
  unsigned maxParallel = 0;
  UnpackLimits unpack;
};

/// Why a step failed, with what a person needs to mend it.
struct StepFailure {
  ir::NodeId node;
  /// BuildKit's text: `process "/bin/sh -c false" did not complete …`.
  std::string message;
  /// The last lines of the step's output.
  std::string log;
  bool canceled = false;
  /// Set if it needed a layer that the store has lost: LayerLost's blob.
  std::optional<std::string> lostBlob = {};
};

class Solver {
public:
  Solver(Store &store, Snapshots &snapshots, registry::Client &registry,
         Progress &progress, SolveOptions options)
      : store(store), snapshots(snapshots), registry(registry),
        progress(progress), options(std::move(options)) {}

  /// The root file system of `result`. Nothing, with `failure` filled, if a
  /// step failed.
  std::optional<Snapshot> solve(const ir::Module &module,
                                const ir::Result &result, StepFailure &failure);

private:
  Store &store;
  Snapshots &snapshots;
  registry::Client &registry;
  Progress &progress;
  SolveOptions options;
};

/// How an operation is called in progress and in history: its custom name, else
/// what it does.
std::string describeNode(const ir::Node &node);

} // namespace llb::engine

#endif
