// SPDX-License-Identifier: Apache-2.0
//
// The option objects live inside parseOptions: nothing is registered before
// main, and a program that links this library keeps its own command line.
#include "llb/Driver/Options.h"
#include "Assignment.h"
#include "DaemonFlags.h"
#include "DockerFlags.h"
#include "OutputFlags.h"
#include "llb/Driver/Help.h"
#include "llb/Driver/Version.h"
#include "llb/Support/RandomId.h"
#include "llb/Support/WordExpand.h"

#include <cstdlib>

namespace llb::driver {

namespace cl = llvm::cl;

ParseStatus parseOptions(int argc, const char *const *argv, Options &result) {
  cl::OptionCategory category("Options");
  cl::OptionCategory build(
      "Options that mean what they mean for docker build and buildctl");

  cl::opt<std::string> input(cl::Positional, cl::desc("FILE"), cl::init(""),
                             cl::cat(category));
  cl::opt<bool> force("f", cl::desc("Write binary LLB even to a terminal"),
                      cl::cat(category));
  OutputFlags outputs(category, build);
  DockerFlags docker(build);
  DaemonFlags daemon(category, build);
  // The option keeps a reference to its description.
  const std::string languageDesc =
      "Language of FILE: auto, or one of " + frontend::languageNames();
  cl::opt<std::string> language("frontend", cl::desc(languageDesc),
                                cl::init("auto"), cl::value_desc("name"),
                                cl::cat(category));
  cl::opt<bool> ickStrict(
      "ick-strict",
      cl::desc("Ickfiles: refuse Docker's words, read PLEASE DO as RUN"),
      cl::cat(category));
  cl::opt<bool> mockerCompat(
      "mocker-compat",
      cl::desc("Mockerfile: the operations of r2d4/mocker itself"),
      cl::cat(category));
  cl::opt<std::string> context(
      "context", cl::desc("Build context (default: directory of FILE)"),
      cl::value_desc("dir"), cl::cat(category));
  cl::list<std::string> opt(
      "opt", cl::desc("Frontend option, as for buildctl build --opt"),
      cl::value_desc("key=value"), cl::cat(category));
  cl::opt<std::string> imageLock("image-lock",
                                 cl::desc("Base images from this lock file"),
                                 cl::value_desc("file"), cl::cat(category));
  cl::opt<std::string> writeImageLock(
      "write-image-lock", cl::desc("Write the lock of what was resolved"),
      cl::value_desc("file"), cl::cat(category));
  cl::opt<bool> lockDirs(
      "dirs", cl::desc("--write-image-lock with directories of images"),
      cl::cat(category));
  cl::opt<ResolvePolicy> resolve(
      "resolve",
      cl::desc("Where unlocked base images are looked up: registry (the "
               "default) or never"),
      cl::value_desc("where"), cl::init(ResolvePolicy::Registry),
      cl::values(clEnumValN(ResolvePolicy::Registry, "registry",
                            "in their registry (default)"),
                 clEnumValN(ResolvePolicy::Never, "never",
                            "nowhere; they stay unpinned")),
      cl::cat(category));
  cl::opt<std::string> uniqueId(
      "local-unique-id",
      cl::desc("Value of local.unique, for repeatable bytes (default: random)"),
      cl::value_desc("id"), cl::cat(category));
  cl::opt<std::string> session(
      "session", cl::desc("Value of local.session, as under a daemon"),
      cl::value_desc("id"), cl::cat(category));
  cl::opt<DiagFormat> diagnostics(
      "diagnostics-format",
      cl::desc("How messages are written: text (the default) or json"),
      cl::value_desc("format"), cl::init(DiagFormat::Text),
      cl::values(clEnumValN(DiagFormat::Text, "text", "for people (default)"),
                 clEnumValN(DiagFormat::Json, "json", "one JSON array"),
                 clEnumValN(DiagFormat::Sarif, "sarif",
                            "SARIF 2.1.0, for code scanning")),
      cl::cat(category));
  cl::opt<bool> buildctl(
      "buildctl", cl::desc("--emit=config as attribute of buildctl --output"),
      cl::cat(category));
  cl::opt<bool> noMetadata("no-metadata",
                           cl::desc("With --emit=text: leave metadata out"),
                           cl::cat(category));
  cl::opt<bool> noLocations("no-locations",
                            cl::desc("With --emit=text: leave places out"),
                            cl::cat(category));
  cl::opt<std::string> root(
      "root", cl::desc("State of builds (default: $XDG_DATA_HOME/llbc)"),
      cl::value_desc("dir"), cl::cat(category));
  using engine::Snapshotter;
  cl::opt<Snapshotter> snapshotter(
      "snapshotter", cl::desc("File systems of steps"), cl::value_desc("kind"),
      cl::init(Snapshotter::Auto),
      cl::values(clEnumValN(Snapshotter::Auto, "auto",
                            "the first that can be had (default)"),
                 clEnumValN(Snapshotter::Overlayfs, "overlayfs",
                            "by overlays of what is in the store"),
                 clEnumValN(Snapshotter::FuseOverlayfs, "fuse-overlayfs",
                            "the same by the program of that name"),
                 clEnumValN(Snapshotter::Copy, "copy",
                            "by copies of it, on any file system")),
      cl::cat(build));
  cl::opt<ProgressKind> progress(
      "progress", cl::desc("How builds tell what they do"),
      cl::init(ProgressKind::Auto),
      cl::values(
          clEnumValN(ProgressKind::Auto, "auto",
                     "tty on a terminal, else plain (default)"),
          clEnumValN(ProgressKind::Plain, "plain", "line by line"),
          clEnumValN(ProgressKind::Tty, "tty", "running steps at the bottom"),
          clEnumValN(ProgressKind::RawJson, "rawjson", "a JSON object a line"),
          clEnumValN(ProgressKind::Quiet, "quiet", "not at all")),
      cl::cat(category));
  cl::list<std::string> local(
      "local", cl::desc("Directory of a local source, as for buildctl build"),
      cl::value_desc("name=dir"), cl::cat(category));
  cl::opt<std::string> depfile(
      "depfile", cl::desc("Write a make rule: what the result depends on"),
      cl::value_desc("file"), cl::cat(category));
  cl::opt<std::string> depfileTarget(
      "depfile-target", cl::desc("Target of that rule (default: the output)"),
      cl::value_desc("name"), cl::cat(category));
  cl::opt<ListContext> listContext(
      "list-context", cl::ValueOptional,
      cl::desc("List what is sent of the context, the largest first"),
      cl::init(ListContext::No),
      cl::values(clEnumValN(ListContext::Text, "", ""),
                 clEnumValN(ListContext::Text, "text", "for people (default)"),
                 clEnumValN(ListContext::Json, "json", "one JSON object")),
      cl::cat(category));
  cl::list<std::string> whyIgnored(
      "why-ignored",
      cl::desc("Tell which line of the ignore file keeps a file out"),
      cl::value_desc("path"), cl::cat(category));
  cl::opt<char> level("O", cl::desc("Optimisation level 0, 1 or 2"), cl::Prefix,
                      cl::init('0'), cl::value_desc("level"),
                      cl::cat(category));
  cl::opt<std::string> passes(
      "passes", cl::desc("Passes to run after those of -O, as for llb-opt"),
      cl::value_desc("pipeline"), cl::cat(category));
  cl::list<std::string> impact(
      "impact", cl::CommaSeparated,
      cl::desc("Write what builds again if these files change"),
      cl::value_desc("path,..."), cl::cat(category));
  cl::opt<bool> printKeys("print-keys",
                          cl::desc("Write the cache key of each step"),
                          cl::cat(category));
  cl::opt<std::string> willHit(
      "will-hit",
      cl::desc("Write which steps the store <dir> has results of, and which "
               "would run"),
      cl::value_desc("dir"), cl::cat(category));
  cl::opt<std::string> hashIndex(
      "hash-index",
      cl::desc("Where hashes of files are remembered, or none (default: "
               "$XDG_CACHE_HOME/llbc/hashes)"),
      cl::value_desc("dir"), cl::cat(category));
  cl::opt<bool> json("json", cl::desc("Keys, impact and hits as JSON"),
                     cl::cat(category));
  cl::opt<passes::RemarkFormat> remarks(
      "remarks", cl::desc("Say what passes changed and what not, and why"),
      cl::init(passes::RemarkFormat::None),
      cl::values(clEnumValN(passes::RemarkFormat::Text, "text", "for people"),
                 clEnumValN(passes::RemarkFormat::Yaml, "yaml",
                            "as LLVM's optimisation records")),
      cl::cat(category));
  cl::opt<bool> verify(
      "verify-diagnostics",
      cl::desc("Compare messages with expected-error comments"), cl::Hidden,
      cl::cat(category));
  cl::opt<bool> splitInput(
      "split-input-file",
      cl::desc("Compile what stands between lines of '# -----' by itself"),
      cl::Hidden, cl::cat(category));
  cl::opt<size_t> maxFile("max-file-bytes", cl::desc("Limit of the build file"),
                          cl::init(result.maxFileBytes), cl::Hidden,
                          cl::cat(category));
  cl::opt<size_t> maxValue(
      "max-value-bytes", cl::desc("Limit of one expanded value"),
      cl::init(result.maxValueBytes), cl::Hidden, cl::cat(category));
  cl::opt<size_t> maxOps(
      "max-ops-bytes", cl::desc("Limit of all operations of a compile"),
      cl::init(result.maxOpsBytes), cl::Hidden, cl::cat(category));
  cl::opt<unsigned> maxNesting(
      "max-nesting", cl::desc("Limit of nested ${...}"),
      cl::init(result.maxNesting), cl::Hidden, cl::cat(category));
  cl::opt<uint64_t> maxUnpackedBytes(
      "max-unpacked-bytes", cl::desc("Limit of one archive that is unpacked"),
      cl::init(0), cl::Hidden, cl::cat(category));
  cl::opt<uint64_t> maxUnpackedEntries(
      "max-unpacked-entries", cl::desc("Limit of the files in one archive"),
      cl::init(0), cl::Hidden, cl::cat(category));

  if (wantsHelp(argc, argv)) {
    printHelp(
        "llbc [OPTIONS] FILE",
        "Compiles a Dockerfile to LLB, the operations that BuildKit runs. "
        "'-' is standard\ninput or output. 'llbc du' and 'llbc prune' are for "
        "the store of builds.",
        {{&category}, {&build, /*namesOnly=*/true}}, llvm::outs());
    return ParseStatus::ExitHelp;
  }
  cl::HideUnrelatedOptions({&category, &build});
  cl::SetVersionPrinter(
      [](llvm::raw_ostream &out) { printVersion("llbc", out); });
  if (!cl::ParseCommandLineOptions(
          argc, argv,
          "compiles a Dockerfile to LLB, the operations that BuildKit runs\n",
          &llvm::errs()))
    return ParseStatus::ExitUsage;
  auto usage = [&](const std::string &text) {
    llvm::errs() << "llbc: " << text << "\nTry 'llbc --help'.\n";
    return ParseStatus::ExitUsage;
  };
  if (input.empty())
    return usage("no input file; name a Dockerfile, or '-' for standard input");

  result.input = input;
  result.language = frontend::languageNamed(language);
  if (!result.language && language != "auto")
    return usage("--frontend knows auto, " + frontend::languageNames() +
                 ", not '" + language + "'");
  result.parsing.ickStrict = ickStrict;
  result.parsing.mockerCompat = mockerCompat;
  result.force = force;
  result.context = context;
  result.imageLock = imageLock;
  result.writeImageLock = writeImageLock;
  result.lockDirs = lockDirs;
  result.resolve = resolve;
  if (lockDirs && (writeImageLock.empty() || resolve == ResolvePolicy::Never))
    return usage("--dirs is for --write-image-lock, and reads the layers of "
                 "images in their registry");
  if (uniqueId.getNumOccurrences())
    result.uniqueId = uniqueId;
  if (session.getNumOccurrences())
    result.session = session;
  if (result.uniqueId && result.session)
    return usage("--local-unique-id and --session exclude each other");
  result.diagnostics = diagnostics;
  result.verifyDiagnostics = verify;
  result.splitInput = splitInput;
  result.buildctl = buildctl;
  result.noMetadata = noMetadata;
  result.noLocations = noLocations;
  result.level = level;
  if (level < '0' || level > '2')
    return usage("levels are -O0, -O1 and -O2");
  result.passes = passes;
  result.root = root;
  result.snapshotter = snapshotter;
  result.progress = progress;
  result.depfile = depfile;
  result.depfileTarget = depfileTarget;
  result.listContext = listContext;
  result.whyIgnored.assign(whyIgnored.begin(), whyIgnored.end());
  result.remarks = remarks;
  result.printKeys = printKeys;
  result.willHit = willHit;
  if (printKeys + !impact.empty() + !willHit.empty() > 1)
    return usage("--print-keys, --impact and --will-hit: one at a time");
  result.hashIndex = hashIndex;
  result.json = json;
  result.impact.assign(impact.begin(), impact.end());
  result.maxFileBytes = maxFile;
  result.maxValueBytes = maxValue;
  result.maxOpsBytes = maxOps;
  if (maxNesting > ExpandOptions::largestNesting)
    return usage("--max-nesting goes to " +
                 std::to_string(ExpandOptions::largestNesting));
  result.maxNesting = maxNesting;
  result.maxUnpackedBytes = maxUnpackedBytes;
  result.maxUnpackedEntries = maxUnpackedEntries;

  // buildctl passes this variable on, and nothing else of the environment.
  if (const char *epoch = std::getenv("SOURCE_DATE_EPOCH"))
    result.opts["build-arg:SOURCE_DATE_EPOCH"] = epoch;
  for (const std::string &item : opt) {
    Assignment option = splitAssignment(item);
    result.opts[option.key] = option.value;
  }
  for (const auto &error : {docker.apply(result), outputs.apply(result)})
    if (!error.empty())
      return usage(error);
  if (std::string error = daemon.apply(result); !error.empty())
    return usage(error);
  if (lockDirs && result.builds() && !result.daemon.empty())
    return usage("--dirs: a daemon does not show the layers of images; write "
                 "the lock with --emit=llb");
  // A daemon finds the session of a local source by its id.
  if (!result.daemon.empty() && result.builds() && !result.uniqueId &&
      !result.session)
    result.session = randomId();
  for (const std::string &item : local) {
    auto [name, directory, hasDirectory] = splitAssignment(item);
    if (!hasDirectory)
      return usage("--local wants NAME=DIR, not '" + item + "'");
    (name == "context" ? result.context : result.locals[name]) = directory;
  }
  return ParseStatus::Run;
}

} // namespace llb::driver
