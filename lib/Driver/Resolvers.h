// SPDX-License-Identifier: Apache-2.0
//
// The chain of places where llbc looks for a base image.
#ifndef LLB_DRIVER_RESOLVERS_H
#define LLB_DRIVER_RESOLVERS_H

#include "llb/Driver/Driver.h"

namespace llb::driver {

/// Looks in a lock, then asks `next`, if there is one.
class LockResolver : public lower::ImageResolver {
public:
  /// If `wantsDirs`, `next` tells the directories of an image without them.
  LockResolver(lower::ImageLock lock, std::string lockName, bool wantsDirs,
               std::unique_ptr<lower::ImageResolver> next)
      : lock(std::move(lock)), lockName(std::move(lockName)),
        wantsDirs(wantsDirs), next(std::move(next)) {}
  Answer resolve(const std::string &ref, const PlatformSpec &platform,
                 lower::ResolveMode mode) override {
    return resolveFor({}, ref, platform, mode);
  }
  Answer resolveFor(const Purpose &purpose, const std::string &ref,
                    const PlatformSpec &platform,
                    lower::ResolveMode mode) override;

private:
  Answer withDirs(lower::LockedImage image, const Purpose &purpose,
                  const PlatformSpec &platform, lower::ResolveMode mode);

  lower::ImageLock lock;
  std::string lockName;
  bool wantsDirs;
  std::unique_ptr<lower::ImageResolver> next;
};

/// `--resolve=never`: every image is taken as it is named, unpinned.
class UnpinnedResolver : public lower::ImageResolver {
public:
  Answer resolve(const std::string &ref, const PlatformSpec &platform,
                 lower::ResolveMode mode) override;
};

/// What has registries and the embedded engine, and what has daemons.
inline constexpr const char *buildProgram = "llbc-build";
inline constexpr const char *daemonProgram = "llbc-buildkit";

/// Replaces this process by `program`, one of those, with the same command
/// line; `standardInput` is handed on if it was consumed. Returns why it
/// failed.
std::string runBuildProgram(const char *program, char **argv,
                            const std::optional<std::string> &standardInput);

/// Replaces this process by `program`, which can look images up, with the same
/// command line. `standardInput` is handed on if it was consumed.
class HandOffResolver : public lower::ImageResolver {
public:
  HandOffResolver(const char *program, char **argv,
                  std::optional<std::string> standardInput)
      : program(program), argv(argv), standardInput(std::move(standardInput)) {}
  Answer resolve(const std::string &ref, const PlatformSpec &platform,
                 lower::ResolveMode mode) override;

private:
  const char *program;
  char **argv;
  std::optional<std::string> standardInput;
};

} // namespace llb::driver

#endif
