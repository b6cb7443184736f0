// SPDX-License-Identifier: Apache-2.0
//
// From AST to LLB: what BuildKit v0.32.2's Dockerfile frontend does after
// parsing, for one or several target platforms.
#ifndef LLB_LOWER_LOWER_H
#define LLB_LOWER_LOWER_H

#include "llb/AST/SourceUnit.h"
#include "llb/IR/Module.h"
#include "llb/Lower/BuildHost.h"
#include "llb/Lower/ImageResolver.h"

#include <functional>
#include <llvm/Support/LogicalResult.h>
#include <utility>

namespace llb::lower {

/// What parsing found wrong. It comes after errors of options and before all
/// else, so lowering reports it, once.
class SyntaxErrors {
public:
  explicit SyntaxErrors(llvm::SourceMgr &sources) : found(sources) {}

  /// Where parsing reports to.
  DiagEngine &engine() { return found; }
  void report(DiagEngine &diags) {
    if (std::exchange(reported, true))
      return;
    for (const Diagnostic &error : found.diagnostics())
      diags.add(error);
  }

private:
  DiagEngine found;
  bool reported = false;
};

struct LowerOptions {
  /// Frontend options as `buildctl build --opt` spells them.
  std::map<std::string, std::string> opts;
  /// Set: local sources carry `local.session` and the gateway's wording and
  /// metadata are used; else `local.unique` with `uniqueId`.
  std::optional<std::string> session;
  /// Value of `local.unique`.
  std::string uniqueId;
  /// Id of progress groups; random in BuildKit, and outside the digest.
  std::string progressGroupId = "progress-group";
  /// Patterns of the context's `.dockerignore`.
  std::vector<std::string> ignorePatterns;
  /// Patterns of the `.dockerignore` of other local directories, by name; one
  /// that is not here has those of the context.
  std::map<std::string, std::vector<std::string>> localIgnorePatterns;
  /// Finds base images; without one they stay as they are written.
  ImageResolver *resolver = nullptr;
  /// The builder that waits for the result, if there is one.
  BuildHost *host = nullptr;
  /// Platforms that the builder runs, its own first; empty: this machine's.
  std::vector<PlatformSpec> buildPlatforms;
  /// Whether whoever builds has this capability of `IR/Capabilities.def`. What
  /// needs another goes another way or is left out, as in BuildKit v0.32.2's
  /// frontend and client. Absent: it has all.
  std::function<bool(const std::string &capability)> supports;
  /// The HTTP context is one file, the build file itself, and no archive.
  bool contextIsFile = false;
  /// Reads one ONBUILD trigger (the frontend of the language in hand).
  std::function<llvm::FailureOr<ast::Stmt>(
      std::string_view text, LineRange lines, llvm::SMRange range)>
      parseTrigger;
  /// What parsing found wrong, if it has not been reported.
  SyntaxErrors *syntax = nullptr;
  /// Run the checks of Ickfiles, whether or not the file asks for them.
  bool ickChecks = false;
  /// Bytes of one expanded value, and of all operations together; beyond them
  /// is an error.
  size_t maxValueBytes = size_t(16) << 20;
  size_t maxOpsBytes = size_t(1) << 30;
  /// How deep `${...}` may nest, at most ExpandOptions::largestNesting.
  unsigned maxNesting = 1000;
  /// Mockerfiles: the operations of r2d4/mocker itself.
  bool mockerCompat = false;
};

/// What one target platform became.
struct LoweredImage {
  /// Platform id (`linux/amd64`), formatted as in `refs.platforms`.
  std::string platformId;
  PlatformSpec platform;
  ir::Module module;
  /// Image config as JSON, in BuildKit's order of keys.
  std::string config;
  /// The base image's config re-encoded, or nothing for scratch.
  std::optional<std::string> baseConfig;
};

struct Lowered {
  /// One per target platform; sorted as asked for.
  std::vector<LoweredImage> images;
  /// Results carry platform names even if there is one only.
  bool multiPlatform = false;
  /// Seconds since 1970, if SOURCE_DATE_EPOCH was set and resolved.
  std::optional<int64_t> sourceDateEpoch;
  /// Answer to `requestid` (lint, outline, targets): then `images` is empty.
  /// Keys are `result.json`, `result.txt`, `version`, `result.statuscode`.
  std::optional<std::map<std::string, std::string>> answer;
  /// The images that were resolved.
  ImageLock used;
};

/// The definition that loads the build file and its `.dockerignore` from the
/// client or the remote context. Errors of options are reported.
llvm::FailureOr<ir::Module> loadBuildFile(const LowerOptions &options,
                                          DiagEngine &diags);

/// The definition of an HTTP context as it is downloaded, to see what it is;
/// nothing if the context is another.
std::optional<ir::Module> loadHttpContext(const LowerOptions &options);

/// The definition that loads the `.dockerignore` of the local directory `name`.
ir::Module loadIgnoreFile(const LowerOptions &options, const std::string &name,
                          const std::string &sharedKeyHint,
                          const std::string &customName);

/// Lowers `file`. Reports the error BuildKit would give, with its places, and
/// the build checks' warnings in BuildKit's order. `file` may be unsound: then
/// only checks and a lint answer are produced. On failure warnings have been
/// reported all the same.
llvm::FailureOr<Lowered> lower(const ast::BuildFile &file,
                               const LowerOptions &options, DiagEngine &diags);

/// Lowers a Mockerfile. The options of Docker's frontend count here, too, but
/// for requests.
llvm::FailureOr<Lowered> lower(const ast::Mockerfile &file,
                               const LowerOptions &options, DiagEngine &diags);

/// Lowers what any frontend made.
llvm::FailureOr<Lowered> lower(const ast::SourceUnit &unit,
                               const LowerOptions &options, DiagEngine &diags);

} // namespace llb::lower

#endif
