// SPDX-License-Identifier: Apache-2.0
//
// The disassembler: binary to text.
#include "llb/Driver/ToolSupport.h"

using namespace llvm;
using namespace llb::driver;

static cl::opt<std::string> input(cl::Positional, cl::desc("[file]"),
                                  cl::init("-"), cl::cat(toolOptions()));
static cl::opt<std::string> output("o", cl::desc("Write to <file>, not stdout"),
                                   cl::value_desc("file"), cl::init("-"),
                                   cl::cat(toolOptions()));
static cl::opt<bool>
    noMetadata("no-metadata",
               cl::desc("Leave out descriptions, capabilities and the like"),
               cl::cat(toolOptions()));
static cl::opt<bool> noLocations("no-locations",
                                 cl::desc("Leave out places and source files"),
                                 cl::cat(toolOptions()));

int main(int argc, char **argv) {
  if (!parseToolOptions(argc, argv, "llb-dis",
                        "LLB disassembler: binary to text\n"))
    return 2;
  ToolRun run;
  auto module = readModuleFile(input, run.diags);
  if (failed(module))
    return run.finish(false);
  llb::ir::PrintOptions options;
  options.metadata = !noMetadata;
  options.locations = !noLocations;
  return run.finish(writeText({output}, run.diags, [&](raw_ostream &out) {
    llb::ir::printModule(module->module, options, out);
  }));
}
