// SPDX-License-Identifier: Apache-2.0
//
// One exec operation on its way: what RunStep.cpp runs and RunMounts.cpp
// mounts.
#ifndef LLB_ENGINE_RUNSTEP_H
#define LLB_ENGINE_RUNSTEP_H

#include "CacheMounts.h"
#include "Steps.h"

#include "llb/Engine/Exec.h"

namespace llb::engine {

class RunStep {
public:
  RunStep(Workshop &shop, const Step &step, const ir::Exec &exec,
          std::string &log)
      : shop(shop), step(step), exec(exec), log(log) {}
  ~RunStep();

  llvm::Expected<Values> run();

private:
  struct Prepared {
    std::optional<MountedTree> tree;
    /// Where a part of a tree, or a secret, is mounted.
    std::string submount;
    std::unique_ptr<SshForward> ssh;
  };

  llvm::Error lockCaches();
  llvm::Error prepareMount(const ir::Mount &mount, Prepared &prepared);
  llvm::Error prepareCache(const ir::Mount &mount, Prepared &prepared);
  llvm::Error prepareSecret(const ir::Mount &mount, Prepared &prepared);
  llvm::Error prepareSsh(const ir::Mount &mount, Prepared &prepared);
  llvm::Error attach(const ir::Mount &mount, const std::string &path,
                     Prepared &prepared);
  llvm::Expected<Snapshot> inputOf(const ir::Mount &mount);
  llvm::Error writeNetworkFiles();
  llvm::Error makeMountPoints(const DirTree &root);
  llvm::Error makeWorkingDir();
  llvm::Error fillEnvironment();
  llvm::Error judge(const ExecResult &result);

  Workshop &shop;
  const Step &step;
  const ir::Exec &exec;
  std::string &log;
  Container container;
  std::vector<Prepared> prepared;
  /// Folders of cache mounts by name, locked.
  std::map<std::string, CacheFolder> caches;
};

} // namespace llb::engine

#endif
