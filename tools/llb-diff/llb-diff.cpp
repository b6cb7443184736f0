// SPDX-License-Identifier: Apache-2.0
//
// What differs between two definitions, and which steps that builds again.
#include "llb/Diff/Diff.h"
#include "llb/Driver/ToolSupport.h"

#include <llvm/ADT/STLExtras.h>

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
static cl::list<std::string>
    oldContexts("old-context",
                cl::desc("Directory of OLD's local://context, or of another "
                         "local source"),
                cl::value_desc("[name=]dir"), category);
static cl::list<std::string>
    newContexts("new-context", cl::desc("The same of NEW; both or none"),
                cl::value_desc("[name=]dir"), category);
static cl::opt<std::string>
    hashIndex("hash-index",
              cl::desc("Where hashes of files are remembered, or none"),
              cl::value_desc("dir"), category);
static cl::opt<bool> json("json", cl::desc("Write JSON"), category);
static cl::opt<bool> html("html", cl::desc("Write a page to look at"),
                          category);

using Directories = std::map<std::string, std::string>;

/// Whether both name directories of the same local sources: of one alone there
/// is nothing to compare with.
static bool nameTheSame(const Directories &before, const Directories &after) {
  auto names = [](const auto &each) { return each.first; };
  return llvm::equal(llvm::map_range(before, names),
                     llvm::map_range(after, names));
}

int main(int argc, char **argv) {
  if (!parseToolOptions(argc, argv, "llb-diff",
                        "what differs between two LLB definitions\n"))
    return 2;
  auto usage = [](const char *text) {
    errs() << "llb-diff: " << text << '\n';
    return 2;
  };
  if (json && html)
    return usage("--json and --html exclude each other");
  Directories oldDirectories = readContextOptions(oldContexts);
  Directories newDirectories = readContextOptions(newContexts);
  if (!nameTheSame(oldDirectories, newDirectories))
    return usage(
        "--old-context and --new-context go together; name a directory "
        "of each local source with both");
  ToolRun run;
  auto hashing = llb::context::ContentOptions::from(hashIndex);
  llb::context::Locals oldLocals(oldDirectories, hashing);
  llb::context::Locals newLocals(newDirectories, hashing);
  auto read = [&](const std::string &path,
                  llb::context::Locals &locals) -> FailureOr<llb::diff::Side> {
    auto input = readModuleFile(path, run.diags);
    if (failed(input))
      return failure();
    return llb::diff::readSide(std::move(input->module), locals, run.diags);
  };
  auto before = read(oldPath, oldLocals);
  auto after = read(newPath, newLocals);
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
