// SPDX-License-Identifier: Apache-2.0
//
// Overlays that the program fuse-overlayfs makes, for where the kernel's
// overlayfs cannot be had: they need /dev/fuse and a file system that holds
// files, nothing else.
#ifndef LLB_ENGINE_FUSEOVERLAY_H
#define LLB_ENGINE_FUSEOVERLAY_H

#include "llb/Engine/Process.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <llvm/Support/Error.h>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace llb::engine {

/// Starts programs on a thread of its own, since they die with the thread that
/// starts them and are to outlive the step that wants them.
class ProcessKeeper {
public:
  ProcessKeeper() = default;
  ~ProcessKeeper();
  ProcessKeeper(const ProcessKeeper &) = delete;

  /// Process::start; any thread may ask.
  llvm::Expected<Process> start(const Program &program);

private:
  void run();

  std::mutex mutex;
  std::condition_variable changed;
  std::thread thread;
  /// What the thread is to do; empty when it has done it.
  std::function<void()> task;
  bool ended = false;
};

/// What an overlay is made of: paths below the store's root.
struct FuseOverlay {
  /// The folder that the paths are given from.
  std::string root;
  /// From bottom to top.
  std::vector<std::string> lower;
  /// Empty for a read-only view.
  std::string upper, work;
  /// When it was mounted, or before.
  int64_t began = 0;

  /// Mounts it at `mountPoint`. The program that serves it runs until the
  /// result goes; whoever unmounts it waits for nothing but that no file of it
  /// is open: what was written is in `upper`.
  llvm::Expected<Process> mount(ProcessKeeper &keeper,
                                const std::string &mountPoint) const;

  /// Gives `upper`, which is mounted no more, the form of a layer
  /// (LayerForm.h). Directories that got another time only because a file in
  /// them was copied up get back the one that they have below.
  llvm::Error settle() const;
};

} // namespace llb::engine

#endif
