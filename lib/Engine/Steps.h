// SPDX-License-Identifier: Apache-2.0
//
// How operations are executed, one function a kind, and what they share.
#ifndef LLB_ENGINE_STEPS_H
#define LLB_ENGINE_STEPS_H

#include "LayerDraft.h"

#include "llb/CacheKey/CacheKey.h"
#include "llb/Engine/Context.h"
#include "llb/Engine/Solver.h"

#include <memory>
#include <mutex>

namespace llb::engine {

/// One output of an operation: layers, or a directory of this machine that is
/// read where it is.
struct Value {
  Snapshot snapshot;
  std::shared_ptr<const ContextTree> local;
  /// The layers as a tree, if the last of them was not written as one.
  std::shared_ptr<const LayerDraft> draft = nullptr;
};
using Values = std::vector<Value>;

/// A commit that a git source stands for.
struct GitCommit {
  /// `refs/heads/main`, or the commit itself.
  std::string ref;
  /// What `ref` leads to: a commit, or an annotated tag.
  std::string id;
  /// The commit under an annotated tag.
  std::string peeled;

  const std::string &commit() const { return peeled.empty() ? id : peeled; }
};

/// What all steps of a build share.
struct Workshop {
  Store &store;
  Snapshots &snapshots;
  registry::Client &registry;
  Progress &progress;
  const SolveOptions &options;
  std::mutex mutex = {};
  /// Guards `runtime`; taken before `mutex`.
  std::mutex runtimeMutex = {};
  std::optional<Runtime> runtime = {};
  /// Snapshots that local directories were copied to, for mounts.
  std::map<const ContextTree *, Snapshot> materialized = {};
  /// Snapshots that somebody reads.
  std::map<std::vector<LayerId>, std::weak_ptr<const Tree>> views = {};
  /// Commits that were looked up for the keys.
  std::map<const ir::Source *, GitCommit> commits = {};

  bool canceled() const { return options.cancel && *options.cancel; }
  /// The one that there is, or makes it ready: 10 ms where the kernel has no
  /// cgroup2 yet.
  llvm::Expected<Runtime> findRuntime();
  /// The value to be read: mounted, if it is a snapshot, for as long as
  /// somebody has it.
  llvm::Expected<std::shared_ptr<const Tree>> read(const Value &value);
  /// The value as layers; a local directory is copied once.
  llvm::Expected<Snapshot> materialize(const Value &value);
};

/// A step with its inputs, in the order of the operation.
struct Step {
  unsigned number;
  const ir::Module &module;
  const ir::Node &node;
  Values inputs;
  std::string name;
  /// Its layer need not be a directory (planDrafts).
  bool isDraft = false;
};

/// Executes an operation of any kind; `log` gets the end of what a process
/// wrote.
llvm::Expected<Values> executeOp(Workshop &shop, const Step &step,
                                 std::string &log);
llvm::Expected<Values> runFileStep(Workshop &shop, const Step &step,
                                   const ir::File &file);
/// `log` gets the end of what the process wrote.
llvm::Expected<Values> runExecStep(Workshop &shop, const Step &step,
                                   const ir::Exec &exec, std::string &log);
llvm::Expected<Values> runMergeStep(Workshop &shop, const Step &step,
                                    const ir::Merge &merge);
llvm::Expected<Values> runDiffStep(Workshop &shop, const Step &step,
                                   const ir::Diff &diff);

/// How sources begin that the engine tells apart.
inline constexpr std::string_view imageScheme = "docker-image://";
inline constexpr std::string_view ociScheme = "oci-layout://";
inline constexpr std::string_view gitScheme = "git://";
/// Of a registry or of an OCI layout.
inline bool isImage(const ir::Source &source) {
  return source.identifier.starts_with(imageScheme) ||
         source.identifier.starts_with(ociScheme);
}
/// An attribute of a source; empty if it has none of this name.
std::string attributeOf(const ir::Source &source, const std::string &name);
/// An error if the source asks for what the engine does not do and may not
/// leave out: that a signature is verified, or a git bundle.
llvm::Error checkAttributes(const ir::Source &source);

/// Pulls an image and unpacks its layers as far as that was not done before.
llvm::Expected<Snapshot> pullImage(Workshop &shop, const std::string &reference,
                                   const PlatformSpec &platform);
/// Takes an image from the OCI layout that the source names.
llvm::Expected<Snapshot> loadImage(Workshop &shop, const ir::Source &source,
                                   const PlatformSpec &platform);
/// Fetches a URL into a snapshot of one file. `content`, if not null, gets what
/// tells it from other answers.
llvm::Expected<Snapshot> fetchHttp(Workshop &shop, const ir::Source &source,
                                   std::string *content);

/// Text of an error, which is consumed.
inline std::string textOf(llvm::Error error) {
  return llvm::toString(std::move(error));
}

/// The cache keys of a module's operations. Local sources are opened on the
/// way, and what only a download can tell is downloaded.
class Keys {
public:
  Keys(Workshop &shop, const ir::Module &module)
      : shop(shop), module(module), trees(module.nodes.size()),
        downloads(module.nodes.size()) {}

  /// The keys of the flagged nodes; `needed` has what they are made of flagged
  /// as well. `at` gets the node that an error is about.
  llvm::Error compute(const std::vector<bool> &needed, ir::NodeId &at);
  /// By which the store's index knows an output of a node.
  std::string resultName(ir::NodeId id, int64_t output) const;
  const Digest &key(ir::NodeId id) const { return keys[id.index]; }
  /// Whether its key leaves open what it makes.
  bool isOpen(ir::NodeId id) const { return open[id.index]; }
  std::shared_ptr<const ContextTree> local(ir::NodeId id) const {
    return trees[id.index];
  }
  /// What had to be fetched to know the key.
  const std::optional<Snapshot> &fetched(ir::NodeId id) const {
    return downloads[id.index];
  }

private:
  llvm::Error openSource(ir::NodeId id, const ir::Source &source);
  llvm::Error readLocal(context::Contents &local,
                        const std::vector<size_t> &entries);

  Workshop &shop;
  const ir::Module &module;
  std::vector<Digest> keys;
  std::vector<bool> open;
  std::vector<std::shared_ptr<const ContextTree>> trees;
  std::vector<std::unique_ptr<context::Contents>> contents;
  std::vector<std::optional<Snapshot>> downloads;
  cachekey::KnownContent known;
};

} // namespace llb::engine

#endif
