// SPDX-License-Identifier: Apache-2.0
//
// What differs between two definitions, and which steps that builds again.
#include "llb/Diff/Diff.h"
#include "llb/Driver/ToolSupport.h"

using namespace llvm;
using namespace llb::driver;

static cl::cat category(toolOptions());

static cl::opt<std::string> oldPath(cl::Positional, cl::Required,
                                    cl::desc("OLD"), category);
static cl::opt<std::string> newPath(cl::Positional, cl::Required,
                                    cl::desc("NEW"), category);
static cl::opt<std::string> output("o", cl::desc("Write to <file>, not stdout"),
                                   cl::value_desc("file"), cl::init("-"),
                                   category);
static cl::opt<bool> json("json", cl::desc("Write JSON"), category);
static cl::opt<bool> html("html", cl::desc("Write a page to look at"),
                          category);

int main(int argc, char **argv) {
  if (!parseToolOptions(argc, argv, "llb-diff",
                        "what differs between two LLB definitions\n"))
    return 2;
  if (json && html) {
    errs() << "llb-diff: --json and --html exclude each other\n";
    return 2;
  }
  ToolRun run;
  auto read = [&](const std::string &path) -> FailureOr<llb::ir::Module> {
    auto input = readModuleFile(path, run.diags);
    if (failed(input))
      return failure();
    return std::move(input->module);
  };
  auto before = read(oldPath);
  auto after = read(newPath);
  if (failed(before) || failed(after))
    return run.finish(false);
  auto results = llb::diff::diffModules(*before, *after);
  auto print = json   ? llb::diff::printDiffJson
               : html ? llb::diff::printDiffHtml
                      : llb::diff::printDiffText;
  bool ok = writeText({output, false}, run.diags, [&](raw_ostream &out) {
    print(*before, *after, results, out);
  });
  return run.finish(ok);
}
