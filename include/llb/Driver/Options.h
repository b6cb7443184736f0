// SPDX-License-Identifier: Apache-2.0
//
// llbc's command line, parsed.
#ifndef LLB_DRIVER_OPTIONS_H
#define LLB_DRIVER_OPTIONS_H

#include "llb/Backend/Output.h"
#include "llb/Engine/Snapshotter.h"
#include "llb/Frontend/Frontend.h"
#include "llb/Passes/Remark.h"
#include "llb/Support/DiagPrinter.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace llb::driver {

enum class EmitKind {
  Tokens,
  Ast,
  Llb,
  Text,
  Json,
  Dot,
  Bundle,
  Config,
// Builds.
#define LLB_BACKEND(Name, Emit, Type, Destination, Summary) Name,
#include "llb/Backend/Backends.def"
};

/// Whether this kind needs the build to be run.
inline bool isBuild(EmitKind kind) { return kind > EmitKind::Config; }

/// The form of a kind that does.
inline backend::Form formOf(EmitKind kind) {
  return static_cast<backend::Form>(static_cast<int>(kind) -
                                    static_cast<int>(EmitKind::Config) - 1);
}

/// `--progress`.
enum class ProgressKind { Auto, Plain, Tty, RawJson, Quiet };

/// Where base images are looked up that the lock file does not name.
enum class ResolvePolicy {
  /// In the registry, unless a lock file was given instead.
  Registry,
  /// Nowhere: the reference stays without a digest.
  Never,
};

/// How the answer to `--call` is written.
enum class AnswerFormat {
  /// As BuildKit's frontend prints it.
  Text,
  /// As BuildKit's frontend encodes it.
  Json,
  /// Findings for people, or in the format of diagnostics.
  Findings
};

/// Where a secret comes from: a file, or a variable of the environment.
struct SecretSource {
  std::string file;
  std::string variable;
};

/// A cache outside of the builder: its type and attributes.
struct CachePlace {
  std::string type;
  std::map<std::string, std::string> attrs;
};

/// A cache of the embedded engine: a directory, a reference, or (written) a
/// part of the image that is built.
struct EngineCache {
  std::string directory;
  /// Name of the cache in the directory; `digest`, if there, goes first.
  std::string tag = "latest";
  std::string digest;
  /// Normalised, with a tag.
  std::string reference;
  bool isInline = false;
  /// Results of all steps (mode=max).
  bool everything = false;
  /// One that cannot be written costs a warning.
  bool ignoreError = false;
  bool insecure = false;
  /// How layers are compressed.
  backend::Output layers;
};

/// `--list-context`.
enum class ListContext { No, Text, Json };

struct Options {
  /// `-` is standard input.
  std::string input;
  /// Nothing: found out from the file.
  std::optional<frontend::Language> language;
  frontend::ParseOptions parsing;
  EmitKind emit = EmitKind::Llb;
  /// Binary to a terminal.
  bool force = false;
  std::string output = "-";
  /// Empty: the directory of the input.
  std::string context;
  /// Frontend options; docker-style flags are folded in.
  std::map<std::string, std::string> opts;
  std::string imageLock;
  std::string writeImageLock;
  /// The lock has the directories of each image.
  bool lockDirs = false;
  ResolvePolicy resolve = ResolvePolicy::Registry;
  std::optional<std::string> uniqueId;
  std::optional<std::string> session;
  DiagFormat diagnostics = DiagFormat::Text;
  bool verifyDiagnostics = false;
  /// The input is several files with lines of `# -----` between them.
  bool splitInput = false;
  /// `--emit=config` as an attribute for `buildctl build --output`.
  bool buildctl = false;
  /// `--check` and `--call=lint`: findings make the exit status 3.
  bool check = false;
  AnswerFormat answer = AnswerFormat::Text;
  bool noMetadata = false;
  bool noLocations = false;
  /// '0', '1' or '2'.
  char level = '0';
  /// Run after those of `level`.
  std::string passes;
  /// Names of the image, normalised, with tags.
  std::vector<std::string> tags;
  /// What is built; `--emit` of a build is one of them.
  std::vector<backend::Output> outputs;
  bool builds() const { return !outputs.empty(); }
  /// State of the engine; empty: `$XDG_DATA_HOME/llbc`.
  std::string root;
  engine::Snapshotter snapshotter = engine::Snapshotter::Auto;
  /// Address of the BuildKit daemon that builds; empty: the embedded engine.
  std::string daemon;
  /// Files in PEM for TLS with it, as of buildctl; no CA: no TLS.
  std::string tlsCa, tlsCertificate, tlsKey;
  /// The daemon's name in its certificate; empty: that of the address.
  std::string tlsServerName;
  /// What steps may do in a daemon beyond the usual, as `network.host`.
  std::vector<std::string> allowed;
  /// Caches that are read and written, and what they mean to the embedded
  /// engine if that builds.
  std::vector<CachePlace> cacheFrom, cacheTo;
  std::vector<EngineCache> engineCacheFrom, engineCacheTo;
  ProgressKind progress = ProgressKind::Auto;
  /// Directories of local sources other than the main context, by name.
  std::map<std::string, std::string> locals;
  /// Directories of OCI layouts, by the name of the store that sources have.
  std::map<std::string, std::string> ociLayouts;
  /// `--secret`, by id.
  std::map<std::string, SecretSource> secrets;
  /// `--ssh`, by id: a socket or key files; none is $SSH_AUTH_SOCK.
  std::map<std::string, std::vector<std::string>> ssh;
  /// Files that get the id of the image, and what is known of it as JSON.
  std::string idFile;
  std::string metadataFile;
  /// Make rule of the files that a build reads, and its target.
  std::string depfile;
  std::string depfileTarget;
  ListContext listContext = ListContext::No;
  /// Paths in the context to tell about.
  std::vector<std::string> whyIgnored;
  passes::RemarkFormat remarks = passes::RemarkFormat::None;
  /// Instead of the LLB: what builds again if these files of the context
  /// change.
  std::vector<std::string> impact;
  /// Instead of the LLB: its cache keys.
  bool printKeys = false;
  /// Instead of the LLB: which steps the store at this path has results of.
  std::string willHit;
  /// Where hashes of files are remembered: a folder, `none`, or empty for the
  /// default.
  std::string hashIndex;
  /// What takes the place of the LLB as JSON.
  bool json = false;
  /// Whether something about the LLB takes its place.
  bool explains() const {
    return printKeys || !impact.empty() || !willHit.empty();
  }
  /// Of the build file.
  std::size_t maxFileBytes = std::size_t(64) << 20;
  std::size_t maxValueBytes = std::size_t(16) << 20;
  std::size_t maxOpsBytes = std::size_t(1) << 30;
  unsigned maxNesting = 1000;
  /// Of one archive or layer; 0: what the engine has by default.
  uint64_t maxUnpackedBytes = 0;
  uint64_t maxUnpackedEntries = 0;
};

/// What main should do after parsing.
enum class ParseStatus { Run, ExitHelp, ExitUsage };

/// Parses a command line. Usage errors are printed here, since they come
/// before there is anything to compile; `--version` does not return.
ParseStatus parseOptions(int argc, const char *const *argv, Options &result);

} // namespace llb::driver

#endif
