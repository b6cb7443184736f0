// SPDX-License-Identifier: Apache-2.0
//
// Building in a BuildKit daemon.
#ifndef LLBC_REMOTE_H
#define LLBC_REMOTE_H

#include "llb/BuildKit/Client.h"
#include "llb/Driver/Driver.h"
#include "llb/Gateway/Host.h"

namespace llbc {

/// One build, which begins when the daemon is asked first: it looks base images
/// up, with its own mirrors and our credentials, and tells what it can do.
class RemoteBuilder {
public:
  ~RemoteBuilder();

  std::unique_ptr<llb::lower::ImageResolver>
  resolver(const llb::driver::Options &options);
  /// Whether the daemon has a capability; true if there is no daemon.
  bool supports(const llb::driver::Options &options,
                const std::string &capability);
  /// Why there is no daemon to ask; empty if there is one, or none was needed.
  const std::string &trouble() const { return broken; }
  /// Builds the job's images and writes them in the form that is asked for.
  llvm::LogicalResult build(const llb::driver::BuildJob &job);

private:
  class Resolver;

  /// Does nothing the second time.
  llvm::Error connect(const llb::driver::Options &options);
  llvm::Error openAgents(const llb::driver::Options &options);
  llvm::LogicalResult fail(const llb::driver::BuildJob &job,
                           const llb::buildkit::BuildFailure &failure);

  std::string broken;
  /// For the sockets of agents; empty if there are none.
  std::string folder;
  llb::engine::SshAgents agents;
  std::unique_ptr<llb::engine::Progress> progress;
  std::unique_ptr<llb::buildkit::Build> daemon;
  /// What `host` asks in the name of.
  llb::lower::LowerOptions lowering;
  std::optional<llb::gateway::Host> host;
};

} // namespace llbc

#endif
