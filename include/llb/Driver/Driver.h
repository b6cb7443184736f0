// SPDX-License-Identifier: Apache-2.0
//
// The phases of llbc in order: read, parse, lower, passes, emit.
#ifndef LLB_DRIVER_DRIVER_H
#define LLB_DRIVER_DRIVER_H

#include "llb/Driver/Options.h"
#include "llb/Lower/ImageResolver.h"
#include "llb/Lower/Lower.h"

#include <functional>
#include <memory>

namespace llb::driver {

/// Exit statuses that scripts rely on.
enum ExitStatus : int {
  ExitDone = 0,
  ExitFailed = 1,
  ExitUsage = 2,
  ExitFindings = 3,
};

/// What is to be built.
struct BuildJob {
  const Options &options;
  const lower::Lowered &lowered;
  /// Directories of local sources by name.
  std::map<std::string, std::string> locals;
  /// The text of the build file, a buffer of `diags`.
  std::string_view text;
  DiagEngine &diags;
  /// Progress, and what a failed step wrote.
  llvm::raw_ostream &messages;
};

/// Whether a store has an output of the step with this cache key.
using CacheQuery = std::function<bool(const Digest &key, int64_t output)>;

/// What the program at hand can do that the compile path alone cannot.
struct Capabilities {
  /// Whether those below are a daemon's, not the embedded engine's.
  bool daemon = false;
  /// Makes the resolver that asks registries, or a daemon to ask them; absent
  /// in the static llbc, which runs another program in its place.
  std::function<std::unique_ptr<lower::ImageResolver>(const Options &)>
      registry;
  /// Why the daemon that the resolver asks is not there, with the remedy; empty
  /// if it is. May be absent.
  std::function<std::string()> trouble;
  /// Whether the daemon that builds has a capability; absent as above.
  std::function<bool(const Options &, const std::string &capability)> supports;
  /// Builds and writes the outputs, or reports why not; absent as above.
  std::function<llvm::LogicalResult(const BuildJob &)> build;
  /// Opens the engine's store at `--will-hit`, and the caches that the options
  /// name, for questions; absent as above.
  std::function<llvm::Expected<CacheQuery>(const Options &, DiagEngine &)>
      cache;
  /// The command line, for handing the work to another program.
  char **argv = nullptr;
};

/// The directories of all local sources that the options tell, by name.
std::map<std::string, std::string> localDirectories(const Options &options);

/// Runs llbc on parsed options. Results go to the options' output, messages to
/// `messages`. Returns an ExitStatus.
int runCompiler(const Options &options, const Capabilities &capabilities,
                llvm::raw_ostream &messages);

/// Whether the first argument is a command of the engine's store, `du` or
/// `prune`, and no build file.
bool isStoreCommand(std::string_view argument);

/// Becomes llbc-build with these arguments; returns, with a message printed, an
/// ExitStatus if that cannot be run.
int handOff(char **argv);

/// main of llbc, llbc-build and llbc-buildkit.
int compilerMain(int argc, char **argv, Capabilities capabilities);

} // namespace llb::driver

#endif
