// SPDX-License-Identifier: Apache-2.0
//
// Runs a process of an exec operation in a container, through crun or runc.
#ifndef LLB_ENGINE_EXEC_H
#define LLB_ENGINE_EXEC_H

#include "llb/Engine/Process.h"
#include "llb/Engine/Tree.h"
#include "llb/IR/Ops.h"

#include <llvm/Support/Error.h>
#include <memory>

namespace llb::engine {

class DeviceGroup;

/// A mount of a container, ready on this machine.
struct ContainerMount {
  /// In the container.
  std::string dest;
  /// Directory or file here; empty for a tmpfs.
  std::string source;
  bool readonly = false;
  /// Further options of a bind, such as `noexec`.
  std::vector<std::string> options;
  /// Mount options of a tmpfs.
  std::vector<std::string> tmpfsOptions;
};

struct Container {
  ir::Meta meta;
  /// With proxies, the default PATH and secrets filled in.
  std::vector<std::string> env;
  ir::NetMode network = ir::NetMode::Unset;
  ir::SecurityMode security = ir::SecurityMode::Sandbox;
  /// Where the root file system is mounted.
  std::string root;
  bool rootReadonly = false;
  /// It may make no device nodes.
  bool withoutNodes = false;
  std::vector<ContainerMount> mounts;
  /// A folder for the bundle, removed by its owner. It holds the files `hosts`
  /// and `resolv.conf`.
  std::string bundle;
};

/// How containers are run here; found once.
struct Runtime {
  std::string path;
  /// Not runc. It gets a cgroup2 file system of its own at /sys/fs/cgroup,
  /// which is all there is in our mount namespace.
  bool isCrun = false;

  /// What keeps containers from the machine's devices; null if that is not
  /// needed, or cannot be had: `withoutDevices` tells the two apart.
  std::shared_ptr<DeviceGroup> devices;
  /// Why there is no such group: containers can then make no device nodes, and
  /// open none that an image has.
  std::string withoutDevices;

  /// crun, else runc, else an error that names the packages.
  static llvm::Expected<Runtime> find();
};

/// Runs the container to its end. An error is a container that could not be
/// run; a process that failed is a status.
llvm::Expected<ExecResult> runContainer(const Runtime &runtime,
                                        const Container &container,
                                        const OutputSink &output,
                                        const std::function<bool()> &canceled);

} // namespace llb::engine

#endif
