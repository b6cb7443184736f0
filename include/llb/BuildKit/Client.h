// SPDX-License-Identifier: Apache-2.0
//
// A build in a BuildKit daemon, driven from here as BuildKit's own client does
// it (v0.32.2): a session through which the daemon reads local files, secrets
// and credentials and writes results, a build that waits for its definitions,
// and the part of the frontend, which gives them.
#ifndef LLB_BUILDKIT_CLIENT_H
#define LLB_BUILDKIT_CLIENT_H

#include "llb/BuildKit/Address.h"
#include "llb/Context/Walk.h"
#include "llb/Engine/Progress.h"
#include "llb/Engine/SshAgent.h"
#include "llb/Gateway/Bridge.h"
#include "llb/Registry/Credentials.h"

#include <atomic>
#include <llvm/Support/raw_ostream.h>

namespace llb::buildkit {

/// An exporter or a cache, as `type=...,key=value` names them.
struct Backend {
  std::string type;
  std::map<std::string, std::string> attrs;
};

/// The SSH agents that steps may use; null if there are none.
struct SshAccess {
  const engine::SshAgents *agents = nullptr;
  /// Where sockets can be made that nobody else reaches.
  std::string folder;
};

/// A directory of blobs in the OCI layout.
struct ContentPlace {
  std::string directory;
  bool isWritable = false;
};

struct BuildOptions {
  /// As BUILDKIT_HOST has it.
  std::string address;
  TlsFiles tls;
  /// Id of the session, which local sources name.
  std::string session;
  std::vector<Backend> exporters;
  std::vector<Backend> cacheExports;
  /// What steps may do beyond the usual, as `network.host`.
  std::vector<std::string> entitlements;
  /// What the session gives: directories of local sources, content of secrets,
  /// and who we are to registries.
  std::map<std::string, std::string> locals;
  std::map<std::string, std::string> secrets;
  /// By the ids that the daemon has for them: `oci:STORE` or `local:DIR`.
  std::map<std::string, ContentPlace> contents;
  registry::CredentialStore credentials;
  /// Outlives the build.
  SshAccess ssh;
  /// Set from outside to stop.
  const std::atomic<bool> *cancel = nullptr;
};

/// Why a build failed.
struct BuildFailure {
  std::string message;
  /// Digest of the operation, if it was one, and the end of its output.
  std::string step;
  std::string log;
  bool canceled = false;
};

class Build {
public:
  /// Connects, opens the session and starts a build, which waits for a result.
  /// An error is a daemon that cannot be had, with its address, the cause and
  /// what may help.
  static llvm::Expected<std::unique_ptr<Build>>
  start(BuildOptions options, engine::Progress &progress);
  /// Ends the session, whatever became of the build.
  virtual ~Build();

  /// What the daemon can do.
  virtual const gateway::Peer &peer() const = 0;
  /// If a call of the bridge failed since the daemon is gone: that in words.
  /// Else empty, and the daemon had its reason.
  virtual std::string trouble() = 0;
  /// Where the frontend's part is played.
  virtual gateway::Bridge &bridge() = 0;
  /// Lets the daemon read `name` through `filter`.
  virtual void allowLocal(const std::string &name, context::Filter filter) = 0;
  /// Where the exporter of this number sends the one file that it makes.
  virtual void receive(size_t exporter, llvm::raw_ostream &file) = 0;
  /// Or which empty directory it fills, one call for each platform.
  virtual void receive(size_t exporter, const std::string &directory,
                       size_t platforms) = 0;
  /// Gives the build its result and waits until that is exported. Returns what
  /// exporters tell, or nothing with `failure` filled.
  virtual std::optional<std::map<std::string, std::string>>
  finish(const gateway::Result &result, BuildFailure &failure) = 0;
  /// Ends the build for a reason that a call of the bridge gave.
  virtual BuildFailure abandon(const gateway::Failure &reason) = 0;
};

} // namespace llb::buildkit

#endif
