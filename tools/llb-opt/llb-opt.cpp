// SPDX-License-Identifier: Apache-2.0
//
// The optimiser: runs a pipeline of passes over modules in any form.
#include "llb/Driver/OptTool.h"
#include "llb/Driver/ToolSupport.h"

#include <llvm/ADT/Statistic.h>

using namespace llvm;
using namespace llb::driver;

static cl::cat category(toolOptions());

static cl::list<std::string> inputs(cl::Positional, cl::desc("[file]..."),
                                    category);
static cl::opt<std::string> output("o", cl::desc("Write to <file>, not stdout"),
                                   cl::value_desc("file"), cl::init("-"),
                                   category);
static cl::opt<bool> force("f", cl::desc("Write binary even to a terminal"),
                           category);
static cl::opt<bool> text("S", cl::desc("Write text, not binary"), category);
static cl::opt<bool> disableOutput("disable-output", cl::desc("Write nothing"),
                                   category);
static cl::opt<std::string>
    resultName("result", cl::desc("Which of several results to write"),
               cl::value_desc("name"), category);
static cl::opt<std::string>
    outputDir("output-dir", cl::desc("Write each result to a file in <dir>"),
              cl::value_desc("dir"), category);
static cl::opt<bool> printKeys("print-keys",
                               cl::desc("Write the cache keys, not the module"),
                               category);
static cl::list<std::string>
    impact("impact", cl::CommaSeparated,
           cl::desc("Write what builds again if these files change"),
           cl::value_desc("path,..."), category);
static cl::opt<std::string>
    impactContext("impact-context",
                  cl::desc("Local directory that --impact is about"),
                  cl::value_desc("name"), cl::init("context"), category);
static cl::list<std::string>
    contexts("context",
             cl::desc("Directory of a local source (default name: context)"),
             cl::value_desc("[name=]dir"), category);
static cl::opt<std::string>
    hashIndex("hash-index",
              cl::desc("Where hashes of files are remembered, or none"),
              cl::value_desc("dir"), category);
static cl::opt<bool> json("json", cl::desc("Keys and impact as JSON"),
                          category);
static cl::opt<std::string>
    imageLock("image-lock", cl::desc("What passes may know of base images"),
              cl::value_desc("file"), category);
static cl::opt<llb::passes::RemarkFormat>
    remarks("remarks", cl::desc("Say what was changed and what not, and why"),
            cl::init(llb::passes::RemarkFormat::None),
            cl::values(clEnumValN(llb::passes::RemarkFormat::Text, "text",
                                  "for people"),
                       clEnumValN(llb::passes::RemarkFormat::Yaml, "yaml",
                                  "as LLVM's optimisation records")),
            category);
static cl::opt<bool> debugPassManager("debug-pass-manager",
                                      cl::desc("Name passes as they run"),
                                      category);
static cl::opt<long long>
    bisectLimit("opt-bisect-limit",
                cl::desc("Run the first <n> passes only, naming each"),
                cl::value_desc("n"), category);
static cl::opt<std::string>
    passes("passes", cl::desc("Passes to run: dce,strip(locations)"),
           cl::value_desc("pipeline"), category);
static cl::opt<char> level("O", cl::desc("Optimisation level 0, 1 or 2"),
                           cl::Prefix, cl::init('0'), cl::value_desc("level"),
                           category);
static cl::opt<bool>
    stripDebug("strip-debug",
               cl::desc("Last, drop descriptions, groups and places"),
               category);
static cl::opt<bool>
    noMetadata("no-metadata", cl::desc("Print no metadata in text"), category);
static cl::opt<bool> noLocations("no-locations",
                                 cl::desc("Print no places in text"), category);
static cl::list<std::string> printBefore("print-before", cl::CommaSeparated,
                                         cl::desc("Print before these passes"),
                                         cl::value_desc("pass,..."), category);
static cl::list<std::string> printAfter("print-after", cl::CommaSeparated,
                                        cl::desc("Print after these passes"),
                                        cl::value_desc("pass,..."), category);
static cl::opt<bool> printBeforeAll("print-before-all",
                                    cl::desc("Print before every pass"),
                                    category);
static cl::opt<bool> printAfterAll("print-after-all",
                                   cl::desc("Print after every pass"),
                                   category);
static cl::opt<bool>
    printChanged("print-changed",
                 cl::desc("Print after passes that change something"),
                 category);
static cl::opt<bool> disableVerify("disable-verify",
                                   cl::desc("Do not check the input"),
                                   category);
static cl::opt<bool> verifyEach("verify-each",
                                cl::desc("Check after every pass"), category);
static cl::opt<bool>
    verifyRoundtrip("verify-roundtrip",
                    cl::desc("Check that text and binary read back the same"),
                    category);
static cl::opt<bool> timePasses("time-passes", cl::desc("Show time by pass"),
                                category);
static cl::opt<bool> listPasses("list-passes", cl::desc("List all passes"),
                                category);
static cl::opt<bool>
    splitInput("split-input-file",
               cl::desc("Take each part between '; -----' lines alone"),
               category);
static cl::opt<bool>
    verifyDiags("verify-diagnostics",
                cl::desc("Compare messages with 'expected-' comments"),
                category);

/// For tests that show that a fault is found; documented in docs/Testing.md.
static cl::list<llb::passes::RuleId> breakRule(
    "break-rule", cl::Hidden, cl::CommaSeparated,
    cl::desc("Let passes ignore what makes them legal, for tests alone"),
    cl::ValuesClass({
#define LLB_RULE(Id, Name, Summary)                                            \
  clEnumValN(llb::passes::RuleId::Id, Name, Summary),
#include "llb/Passes/Rules.def"
    }),
    category);

/// LLVM's Support registers a hidden `--stats` of its own, and no name can be
/// registered twice: that one is shown as ours.
static void adoptStatsOption() {
  cl::Option *stats = cl::getRegisteredOptions().lookup("stats");
  assert(stats && "LLVM 19 has the option");
  stats->setDescription("Show what the passes did");
  stats->setHiddenFlag(cl::NotHidden);
  stats->addCategory(toolOptions());
}

int main(int argc, char **argv) {
  adoptStatsOption();
  if (!parseToolOptions(argc, argv, "llb-opt", "LLB optimiser\n"))
    return 2;
  OptOptions options;
  options.inputs.assign(inputs.begin(), inputs.end());
  options.output = {output, force};
  options.text = text;
  options.disableOutput = disableOutput;
  options.resultName = resultName;
  options.printKeys = printKeys;
  options.impact.assign(impact.begin(), impact.end());
  options.impactContext = impactContext;
  options.contexts = readContextOptions(contexts);
  options.hashIndex = hashIndex;
  options.json = json;
  options.outputDir = outputDir;
  options.imageLock = imageLock;
  options.passes = passes;
  options.level = level;
  options.stripDebug = stripDebug;
  options.disableVerify = disableVerify;
  options.verifyRoundtrip = verifyRoundtrip;
  options.listPasses = listPasses;
  options.splitInput = splitInput;
  options.verifyDiagnostics = verifyDiags;
  options.pipeline.printBefore.assign(printBefore.begin(), printBefore.end());
  options.pipeline.printAfter.assign(printAfter.begin(), printAfter.end());
  options.pipeline.printBeforeAll = printBeforeAll;
  options.pipeline.printAfterAll = printAfterAll;
  options.pipeline.printChanged = printChanged;
  options.pipeline.verifyEach = verifyEach;
  options.pipeline.timePasses = timePasses;
  options.pipeline.stats = AreStatisticsEnabled();
  options.pipeline.debugPassManager = debugPassManager;
  if (bisectLimit.getNumOccurrences())
    options.pipeline.bisectLimit = bisectLimit;
  options.pipeline.remarks = remarks;
  for (llb::passes::RuleId rule : breakRule)
    options.pipeline.broken.set(static_cast<size_t>(rule));
  options.pipeline.printOptions.metadata = !noMetadata;
  options.pipeline.printOptions.locations = !noLocations;
  return runOpt(options);
}
