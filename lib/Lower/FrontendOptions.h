// SPDX-License-Identifier: Apache-2.0
//
// The options of the Dockerfile frontend, parsed from the strings of
// `buildctl build --opt` (BuildKit v0.32.2, frontend/dockerui).
#ifndef LLB_LOWER_FRONTENDOPTIONS_H
#define LLB_LOWER_FRONTENDOPTIONS_H

#include "llb/Check/Linter.h"
#include "llb/IR/Ops.h"
#include "llb/Lower/Lower.h"

#include <set>

namespace llb::lower {

struct FrontendOptions {
  std::map<std::string, std::string> buildArgs;
  std::map<std::string, std::string> labels;
  /// `build-arg:BUILDKIT_CACHE_MOUNT_NS`.
  std::string cacheNamespace;
  std::string cgroupParent;
  std::string hostname;
  std::string target;
  std::vector<ir::HostIp> extraHosts;
  std::vector<ir::Ulimit> ulimits;
  std::optional<ir::LinuxResources> linuxResources;
  /// Bytes of /dev/shm; 0 is the runtime's default.
  int64_t shmSize = 0;
  /// What stages start with.
  ir::NetMode network = ir::NetMode::Unset;
  ResolveMode resolveMode = ResolveMode::Default;
  /// As asked for; empty is the build platform.
  std::vector<PlatformSpec> targetPlatforms;
  bool multiPlatform = false;
  /// Set: `no-cache` was given; empty means every stage.
  std::optional<std::vector<std::string>> noCache;
  /// `build-arg:BUILDKIT_DOCKERFILE_CHECK`, which replaces the file's.
  std::optional<check::CheckOptions> check;
  std::string requestId;
  /// Key and value of the other options, which are read where they are used.
  std::map<std::string, std::string> raw;

  /// Reports BuildKit's error on failure.
  static llvm::FailureOr<FrontendOptions>
  parse(const std::map<std::string, std::string> &opts, DiagEngine &diags);

  /// Whether RUN, COPY and ADD of this stage ignore the cache.
  bool ignoresCache(std::string_view stageName) const;
  const std::string *find(const std::string &key) const;
};

} // namespace llb::lower

#endif
