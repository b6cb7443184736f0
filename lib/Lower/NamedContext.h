// SPDX-License-Identifier: Apache-2.0
//
// Named contexts: options `context:<name>` that stand in for stages and images
// (BuildKit v0.32.2, dockerui namedcontext.go).
#ifndef LLB_LOWER_NAMEDCONTEXT_H
#define LLB_LOWER_NAMEDCONTEXT_H

#include "State.h"

namespace llb::lower {

/// One option, found but not loaded.
struct NamedContext {
  /// The option's value: `docker-image://alpine`.
  std::string input;
  /// The name that was looked up, as the option spells it.
  std::string name;
  /// `name`, with `::<platform>` if the option has that.
  std::string key;
  /// The platform asked for; none if the target's is implicit.
  std::optional<PlatformSpec> platform;
};

/// What a named context stands for.
struct LoadedContext {
  /// Invalid is scratch.
  ir::ValueId root;
  EnvList env;
  std::string dir = "/";
  std::optional<PlatformSpec> statePlatform;
  /// The config, if there is one; `created` is cleared.
  std::optional<ImageConfig> image;
};

/// Looks for `context:<name>::<platform>` and `context:<name>`; null if there
/// is none. Fails on a name that is no reference; `lines` is the error's place,
/// if it has one.
llvm::FailureOr<std::shared_ptr<NamedContext>>
findNamedContext(LowerContext &context, std::string_view name,
                 const std::optional<PlatformSpec> &platform,
                 std::optional<LineRange> lines);

/// Adds the vertices of a named context, reporting errors at `stage`. Paths
/// that are read from a local one are those of `stage`, known when all stages
/// are done.
llvm::FailureOr<LoadedContext> loadNamedContext(LowerContext &context,
                                                const NamedContext &named,
                                                StageState &stage);

/// Completes the local directories of named contexts.
void completeNamedContexts(LowerContext &context);

} // namespace llb::lower

#endif
