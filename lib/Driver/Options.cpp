// SPDX-License-Identifier: Apache-2.0
//
// The option objects live inside parseOptions: nothing is registered before
// main, and a program that links this library keeps its own command line.
#include "llb/Driver/Options.h"
#include "BuilderOption.h"
#include "CallOption.h"
#include "Secrets.h"
#include "llb/Driver/Help.h"
#include "llb/Driver/Version.h"
#include "llb/Support/GoText.h"
#include "llb/Support/RandomId.h"
#include "llb/Support/Reference.h"
#include "llb/Support/WordExpand.h"

#include <cstdlib>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/FileSystem.h>

namespace llb::driver {
namespace {

namespace cl = llvm::cl;

/// `KEY=VALUE`, or `KEY` alone with the value of the environment variable, as
/// docker does for build arguments. False: KEY alone and no such variable.
bool splitAssignment(const std::string &text, bool fromEnvironment,
                     std::string &key, std::string &value) {
  size_t equals = text.find('=');
  key = text.substr(0, equals);
  if (equals != std::string::npos) {
    value = text.substr(equals + 1);
    return true;
  }
  value.clear();
  if (!fromEnvironment)
    return true;
  const char *set = std::getenv(key.c_str());
  if (set)
    value = set;
  return set != nullptr;
}

void appendList(std::map<std::string, std::string> &opts, const char *key,
                const std::string &item) {
  std::string &list = opts[key];
  if (!list.empty())
    list += ',';
  list += item;
}

} // namespace

ParseStatus parseOptions(int argc, const char *const *argv, Options &result) {
  cl::OptionCategory category("Options");
  cl::OptionCategory build("Options that mean what they mean for docker build");

  cl::opt<std::string> input(cl::Positional, cl::desc("FILE"), cl::init(""),
                             cl::cat(category));
  cl::opt<bool> force("f", cl::desc("Write binary LLB even to a terminal"),
                      cl::cat(category));
  cl::opt<EmitKind> emit(
      "emit",
      cl::desc(
          "What to write: tokens, ast, llb (the default), text, json as of "
          "dump-llb, dot, config, or bundle, which is all of it as JSON"),
      cl::value_desc("kind"), cl::init(EmitKind::Llb),
      cl::values(
          clEnumValN(EmitKind::Tokens, "tokens", "tokens of the file"),
          clEnumValN(EmitKind::Ast, "ast", "syntax tree"),
          clEnumValN(EmitKind::Llb, "llb", "binary LLB"),
          clEnumValN(EmitKind::Text, "text", "LLB as text"),
          clEnumValN(EmitKind::Json, "json", "LLB as dump-llb prints it"),
          clEnumValN(EmitKind::Dot, "dot", "graph for graphviz"),
          clEnumValN(EmitKind::Bundle, "bundle",
                     "all that compiling found out, as JSON"),
          clEnumValN(EmitKind::Config, "config", "image config"),
          clEnumValN(EmitKind::Oci, "oci", "build: OCI image as tar"),
          clEnumValN(EmitKind::Docker, "docker",
                     "build: image for docker load")),
      cl::cat(category));
  cl::opt<std::string> output("o", cl::desc("Output file (default: -)"),
                              cl::value_desc("file"), cl::init("-"),
                              cl::cat(category));
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
      "buildctl",
      cl::desc("With --emit=config: as an attribute of buildctl --output"),
      cl::cat(category));
  cl::opt<bool> noMetadata("no-metadata",
                           cl::desc("With --emit=text: leave metadata out"),
                           cl::cat(category));
  cl::opt<bool> noLocations("no-locations",
                            cl::desc("With --emit=text: leave places out"),
                            cl::cat(category));
  cl::list<std::string> tag("t", cl::desc("Name of the image"),
                            cl::value_desc("name[:tag]"), cl::cat(build));
  cl::opt<std::string> root(
      "root", cl::desc("State of builds (default: $XDG_DATA_HOME/llbc)"),
      cl::value_desc("dir"), cl::cat(category));
  cl::opt<std::string> builder(
      "builder",
      cl::desc("Who builds: embedded, buildkit (at $BUILDKIT_HOST) or "
               "buildkit://ADDRESS"),
      cl::value_desc("builder"), cl::cat(category));
  cl::list<std::string> allow(
      "allow", cl::desc("What RUN may do in a daemon, such as network.host"),
      cl::value_desc("entitlement"), cl::cat(build));
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
      "depfile",
      cl::desc("Write a make rule of the files that the result depends on"),
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
      cl::desc("Write what builds again if these files of the context change"),
      cl::value_desc("path,..."), cl::cat(category));
  cl::opt<bool> printKeys(
      "print-keys",
      cl::desc("Write the cache key of each step, by content of the contexts"),
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
  cl::opt<size_t> maxValue(
      "max-value-bytes", cl::desc("Limit of one expanded value"),
      cl::init(result.maxValueBytes), cl::Hidden, cl::cat(category));
  cl::opt<size_t> maxOps(
      "max-ops-bytes", cl::desc("Limit of all operations of a compile"),
      cl::init(result.maxOpsBytes), cl::Hidden, cl::cat(category));
  cl::opt<unsigned> maxNesting(
      "max-nesting", cl::desc("Limit of nested ${...}"),
      cl::init(result.maxNesting), cl::Hidden, cl::cat(category));

  cl::opt<std::string> target("target", cl::desc("Stage to build"),
                              cl::value_desc("stage"), cl::cat(build));
  cl::list<std::string> platform("platform", cl::desc("Target platforms"),
                                 cl::value_desc("os/arch,..."), cl::cat(build));
  cl::list<std::string> buildArg("build-arg", cl::desc("Build argument"),
                                 cl::value_desc("name[=value]"),
                                 cl::cat(build));
  cl::list<std::string> label("label", cl::desc("Image label"),
                              cl::value_desc("name=value"), cl::cat(build));
  cl::list<std::string> buildContext("build-context", cl::desc("Named context"),
                                     cl::value_desc("name=value"),
                                     cl::cat(build));
  cl::opt<bool> noCache("no-cache", cl::desc("Ignore the cache"),
                        cl::cat(build));
  cl::list<std::string> noCacheFilter(
      "no-cache-filter", cl::desc("Stages that ignore the cache"),
      cl::value_desc("stage,..."), cl::cat(build));
  cl::opt<bool> pull("pull", cl::desc("Look base images up anew"),
                     cl::cat(build));
  cl::list<std::string> addHost("add-host", cl::desc("Entry of /etc/hosts"),
                                cl::value_desc("name:ip"), cl::cat(build));
  cl::opt<std::string> network("network", cl::desc("Network of RUN"),
                               cl::value_desc("mode"), cl::cat(build));
  cl::opt<std::string> shmSize("shm-size", cl::desc("Size of /dev/shm"),
                               cl::value_desc("size"), cl::cat(build));
  cl::list<std::string> ulimit("ulimit", cl::desc("Limit of RUN"),
                               cl::value_desc("name=soft[:hard]"),
                               cl::cat(build));
  cl::list<std::string> secret("secret", cl::desc("Secret of RUN"),
                               cl::value_desc("id=...,src=...|env=..."),
                               cl::cat(build));
  cl::list<std::string> ssh("ssh", cl::desc("SSH agent or keys of RUN"),
                            cl::value_desc("id[=path,...]"), cl::cat(build));
  cl::opt<std::string> idFile("iidfile", cl::desc("Write the image's id"),
                              cl::value_desc("file"), cl::cat(build));
  cl::opt<std::string> metadataFile("metadata-file",
                                    cl::desc("Write the build's result"),
                                    cl::value_desc("file"), cl::cat(build));
  cl::opt<std::string> cgroupParent("cgroup-parent",
                                    cl::desc("Parent control group of RUN"),
                                    cl::value_desc("path"), cl::cat(build));
  cl::opt<std::string> check(
      "check", cl::ValueOptional,
      cl::desc("Run the build checks only; =ick adds those of Ickfiles"),
      cl::cat(build));
  cl::opt<std::string> call(
      "call",
      cl::desc("check, lint, outline, targets or describe; ,format=json"),
      cl::value_desc("method"), cl::cat(build));

  if (wantsHelp(argc, argv)) {
    printHelp(
        "llbc [OPTIONS] FILE",
        "Compiles a Dockerfile to LLB, the operations that BuildKit runs. "
        "'-' is standard\ninput or output.",
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
  result.emit = emit;
  result.force = force;
  result.output = output;
  result.context = context;
  result.imageLock = imageLock;
  result.writeImageLock = writeImageLock;
  result.resolve = resolve;
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
  for (const std::string &name : tag) {
    Reference ref;
    std::string error;
    if (!Reference::parseNormalized(name, ref, error))
      return usage("-t " + name + ": " + error);
    ref.addDefaultTag();
    result.tags.push_back(ref.str());
  }
  for (const std::string &item : secret)
    if (std::string error = readSecretOption(item, result.secrets);
        !error.empty())
      return usage("--secret " + item + ": " + error);
  for (const std::string &item : ssh)
    if (std::string error = readSshOption(item, result.ssh); !error.empty())
      return usage("--ssh " + item + ": " + error);
  result.idFile = idFile;
  result.metadataFile = metadataFile;
  if (!isBuild(emit) && (!idFile.empty() || !metadataFile.empty()))
    return usage("--iidfile and --metadata-file tell of an image that is "
                 "built; add --emit=oci or --emit=docker");
  result.root = root;
  if (std::string error = readBuilderOption(builder, result); !error.empty())
    return usage("--builder: " + error);
  result.allowed.assign(allow.begin(), allow.end());
  // A daemon finds the session of a local source by its id.
  if (!result.daemon.empty() && isBuild(emit) && !result.uniqueId &&
      !result.session)
    result.session = randomId();
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
  result.maxValueBytes = maxValue;
  result.maxOpsBytes = maxOps;
  if (maxNesting > ExpandOptions::largestNesting)
    return usage("--max-nesting goes to " +
                 std::to_string(ExpandOptions::largestNesting));
  result.maxNesting = maxNesting;

  std::string key, value;
  auto &opts = result.opts;
  for (const std::string &item : opt) {
    splitAssignment(item, /*fromEnvironment=*/false, key, value);
    opts[key] = value;
  }
  for (const std::string &item : buildArg)
    if (splitAssignment(item, /*fromEnvironment=*/true, key, value))
      opts["build-arg:" + key] = value;
  for (const std::string &item : label) {
    splitAssignment(item, /*fromEnvironment=*/false, key, value);
    opts["label:" + key] = value;
  }
  for (const std::string &item : buildContext) {
    if (item.find('=') == std::string::npos)
      return usage("--build-context wants NAME=VALUE, not '" + item + "'");
    splitAssignment(item, /*fromEnvironment=*/false, key, value);
    // A directory is a local source of the context's name.
    if (llvm::sys::fs::is_directory(value)) {
      result.locals[key] = value;
      value = "local:" + key;
    }
    opts["context:" + key] = value;
  }
  for (const std::string &item : local) {
    if (item.find('=') == std::string::npos)
      return usage("--local wants NAME=DIR, not '" + item + "'");
    splitAssignment(item, /*fromEnvironment=*/false, key, value);
    if (key == "context")
      result.context = value;
    else
      result.locals[key] = value;
  }
  for (const std::string &item : platform)
    appendList(opts, "platform", item);
  for (const std::string &item : noCacheFilter)
    appendList(opts, "no-cache", item);
  for (const std::string &item : ulimit)
    appendList(opts, "ulimit", item);
  for (const std::string &item : addHost) {
    size_t colon = item.find_first_of("=:");
    if (colon == std::string::npos)
      return usage("--add-host wants NAME:IP, not '" + item + "'");
    std::string address = item.substr(colon + 1);
    if (address.size() > 2 && address.front() == '[' && address.back() == ']')
      address = address.substr(1, address.size() - 2);
    appendList(opts, "add-hosts", item.substr(0, colon) + "=" + address);
  }
  if (target.getNumOccurrences())
    opts["target"] = target;
  if (noCache)
    opts["no-cache"] = "";
  if (pull)
    opts["image-resolve-mode"] = "pull";
  if (network.getNumOccurrences() && network != "default")
    opts["force-network-mode"] = network;
  if (shmSize.getNumOccurrences()) {
    auto bytes = go::parseRamSize(shmSize.getValue());
    if (!bytes.ok())
      return usage("--shm-size: " + bytes.error);
    opts["shm-size"] = std::to_string(bytes.value);
  }
  if (cgroupParent.getNumOccurrences())
    opts["cgroup-parent"] = cgroupParent;
  // As for docker, a value may be a boolean.
  bool checks = check.getNumOccurrences() != 0 && check != "false";
  if (checks && !check.empty() && check != "true" && check != "ick")
    return usage("--check takes no value but ick, not '" + check + "'");
  result.parsing.ickChecks = check == "ick";
  if (checks && call.empty())
    call.setValue("check");
  else if (checks)
    return usage("--check is --call=check; give one of them");
  if (std::string error = readCallOption(call, result); !error.empty())
    return usage("--call: " + error);
  return ParseStatus::Run;
}

} // namespace llb::driver
