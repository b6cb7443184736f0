// SPDX-License-Identifier: Apache-2.0
//
// The state of a stage while it is lowered, and what all stages of one target
// platform have in common. Instructions change a stage through these;
// Stages.cpp makes, orders and finishes them (BuildKit v0.32.2,
// dockerfile2llb).
#ifndef LLB_LOWER_STATE_H
#define LLB_LOWER_STATE_H

#include "EnvList.h"
#include "FrontendOptions.h"
#include "ImageConfig.h"
#include "LocalSource.h"
#include "llb/Check/Linter.h"
#include "llb/IR/Builder.h"
#include "llb/Support/PatternMatcher.h"

#include <llvm/ADT/MapVector.h>

namespace llb::lower {

struct StageState;
struct NamedContext;

/// One instruction of a stage with the stages that it reads.
struct Command {
  const ast::Stmt *stmt = nullptr;
  /// COPY --from: one. RUN: one per `--mount`, in order. Never null.
  std::vector<StageState *> sources;
  /// A trigger of the base image.
  bool onBuild = false;
};

/// An ARG with the value it has in this stage, for `|N` in history.
struct StageArg {
  std::string key;
  std::optional<std::string> value;
};

/// What an outline tells of one argument.
struct ArgInfo {
  /// As defined; `value` is the default after expansion, or the one given.
  ast::ArgDecl definition;
  std::string value;
  /// Arguments that the default refers to.
  std::set<std::string> deps;
  LineRange lines;
};

struct OutlineInfo {
  struct Use {
    bool required = false;
    LineRange lines;
  };
  std::map<std::string, ArgInfo> allArgs;
  std::set<std::string> usedArgs;
  std::map<std::string, Use> secrets;
  std::map<std::string, Use> ssh;
};

/// Where CMD, ENTRYPOINT or HEALTHCHECK was seen last in this stage.
struct SeenInstruction {
  bool seen = false;
  LineRange lines;
  llvm::SMRange range;
};

/// BuildKit's dispatchState. Stages stay where they are in memory.
struct StageState {
  // ---- the LLB state ----
  /// The root file system so far; invalid is scratch.
  ir::ValueId root;
  EnvList env;
  std::string dir = "/";
  std::string user;
  std::string hostname;
  ir::NetMode network = ir::NetMode::Unset;
  /// The platform of the LLB state, normalised: nothing on scratch until an
  /// operation with a platform was made. `setRoot` keeps it.
  std::optional<PlatformSpec> statePlatform;

  // ---- the image ----
  ImageConfig image;
  /// The base image as it was served; never changed.
  std::optional<ImageConfig> baseImage;
  /// The stage's platform; set before the first instruction is dispatched.
  std::optional<PlatformSpec> platform;

  // ---- the stage ----
  /// The FROM line; null for a stage that stands for an image in `--from`.
  const ast::FromStmt *from = nullptr;
  /// Base with variables expanded, then the full reference.
  std::string baseName;
  /// Stage name in lower case, empty if none.
  std::string name;
  /// Shown in brackets before each step; empty to show none.
  std::string displayName;
  /// The FROM line, or the line whose `--from` made this stage.
  LineRange lines;
  llvm::SMRange range;
  /// The stage this one is FROM, or null.
  StageState *base = nullptr;
  std::vector<Command> commands;
  /// Stages that instructions read, each with the place of the last one that
  /// does, in order of discovery.
  llvm::MapVector<StageState *, LineRange> deps;
  std::shared_ptr<NamedContext> namedContext;

  // ---- progress of lowering ----
  bool reachable = false;
  bool dispatched = false;
  bool resolved = false;
  bool onBuildDone = false;
  /// Stands for an image in COPY --from or RUN --mount.
  bool implicit = false;
  bool ignoreCache = false;
  /// Steps named so far, and the number shown after the slash.
  unsigned commandIndex = 0;
  unsigned commandTotal = 0;
  /// Set by `dispatchCommands` for the command in hand.
  bool commandIsOnBuild = false;
  /// WORKDIR was used in this file, not only by the base image.
  bool workdirSet = false;
  SeenInstruction cmdSeen;
  SeenInstruction entrypointSeen;
  SeenInstruction healthcheckSeen;

  /// ARGs of this stage, then those of its base, as BuildKit lists them.
  Shared<std::vector<StageArg>> buildArgs;
  /// Paths read from the build context: `/` + cleaned source.
  std::set<std::string> contextPaths;
  /// Paths read from this stage or any stage built on it; shared with the base.
  std::shared_ptr<std::set<std::string>> usedPaths =
      std::make_shared<std::set<std::string>>();
  OutlineInfo outline;
  std::optional<int64_t> epoch;

  /// Makes `node` the root; a platform given to the operation becomes the
  /// state's.
  void setRoot(ir::ValueId value,
               const std::optional<PlatformSpec> &opPlatform = std::nullopt);
  /// commitToHistory: `layer` is whether a layer was made; `created_by` is
  /// `text` unchanged.
  void addHistory(std::string text, bool layer);
};

/// A named context that is a local directory, to be completed with the paths
/// that are read from `stage`.
struct NamedLocal {
  ir::NodeId node;
  LocalSource source;
  StageState *stage = nullptr;
};

/// What the stages of one target platform share.
/// Where `word` stands in the text of `range`: by itself rather than as part of
/// another word; `range` if it is not there as it is written.
llvm::SMRange findWord(llvm::SMRange range, std::string_view word);

struct LowerContext {
  LowerContext(const ast::BuildFile &file, const LowerOptions &options,
               const FrontendOptions &frontend, check::Linter &linter,
               DiagEngine &diags)
      : file(file), options(options), frontend(frontend), linter(linter),
        diags(diags) {}

  /// Whether whoever builds has the capability.
  bool supports(const char *capability) const {
    return !options.supports || options.supports(capability);
  }

  const ast::BuildFile &file;
  const LowerOptions &options;
  const FrontendOptions &frontend;
  check::Linter &linter;
  DiagEngine &diags;
  ir::Builder builder;

  PlatformSpec targetPlatform;
  std::vector<PlatformSpec> buildPlatforms;
  /// No platform was asked for.
  bool implicitTarget = false;
  /// Build args; SOURCE_DATE_EPOCH as resolved.
  std::map<std::string, std::string> buildArgs;
  /// Predefined and global arguments.
  EnvList globalEnv;
  std::optional<int64_t> epoch;
  std::optional<ir::ProxyEnv> proxyEnv;
  /// The build context; its attributes are completed after the last stage.
  ir::ValueId buildContext;
  /// Whether `buildContext` is a directory of whoever runs the build.
  bool contextIsLocal = false;
  /// Patterns of `.dockerignore`, null if there are none or the context is not
  /// local.
  std::unique_ptr<PatternMatcher> ignoreMatcher;
  /// The files that definitions handed in by the client came from; places in
  /// them count from 1, after the build file.
  std::vector<ir::SourceInfo> inputSources;
  /// Local directories among the named contexts.
  std::vector<NamedLocal> namedLocals;
  /// The images that were resolved.
  ImageLock used;
  /// Answering an outline: stages keep their OutlineInfo.
  bool wantOutline = false;
  /// Lowers a command in place of `dispatch`, for a language that has more to
  /// do at some of them; may be null.
  std::function<llvm::LogicalResult(LowerContext &, StageState &,
                                    const Command &)>
      dispatchCommand;

  // ---- helpers for instructions ----

  /// Reports an error of `stmt` with its place; always fails.
  template <class... Args>
  llvm::LogicalResult error(const ast::StmtBase &stmt, DiagId id,
                            const Args &...args) {
    diags.report(id, stmt.range, args...).place(stmt.lines);
    return llvm::failure();
  }
  /// The same, with the caret under `word` if the statement's text has it.
  template <class... Args>
  llvm::LogicalResult errorAt(const ast::StmtBase &stmt, std::string_view word,
                              DiagId id, const Args &...args) {
    diags.report(id, findWord(stmt.range, word), args...).place(stmt.lines);
    return llvm::failure();
  }
  /// Places of an operation that `lines` makes.
  std::vector<ir::Location> locations(LineRange lines) const;
  /// How variables of this file's instructions are expanded.
  ExpandOptions expandOptions() const {
    ExpandOptions result;
    result.escape = file.escape;
    result.maxNesting = options.maxNesting;
    return result;
  }
};

/// `llb.customname` of the stage's next step: `[linux/amd64 build 2/5] ` and
/// `text`. Counts a step up. `platform` counts in multi-platform builds only;
/// `env` is where a cross build's TARGETPLATFORM is looked for.
std::string stepName(const LowerContext &context, StageState &stage,
                     std::string_view text,
                     const std::optional<PlatformSpec> &platform,
                     const EnvGetter &env);

/// `[internal] ` and `text`.
std::string internalName(std::string_view text);

/// `platform` as an operation carries it (not normalised).
ir::Platform toIr(const PlatformSpec &platform);

/// Lowers one instruction of `stage`: adds vertices, changes the state and the
/// image config, runs the checks that need what is known here. Reports
/// BuildKit's error with its place on failure.
llvm::LogicalResult dispatch(LowerContext &context, StageState &stage,
                             const Command &command);

/// WORKDIR and USER of the base image's config, at the start of a stage: no
/// operation, no history (dispatchWorkdir and dispatchUser without commit).
llvm::LogicalResult applyBaseWorkdir(LowerContext &context, StageState &stage);
void applyBaseUser(StageState &stage);

} // namespace llb::lower

#endif
