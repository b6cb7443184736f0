// SPDX-License-Identifier: Apache-2.0
//
// The assembler: text to binary. Like all IR tools it takes a module in any
// form. It does not verify unless asked, so that what llb-dis printed comes
// back byte for byte even if it breaks the rules.
#include "llb/Driver/ToolSupport.h"
#include "llb/IR/Verifier.h"

using namespace llvm;
using namespace llb::driver;

static cl::opt<std::string> input(cl::Positional, cl::desc("[file]"),
                                  cl::init("-"), cl::cat(toolOptions()));
static cl::opt<std::string> output("o", cl::desc("Write to <file>, not stdout"),
                                   cl::value_desc("file"), cl::init("-"),
                                   cl::cat(toolOptions()));
static cl::opt<bool> force("f", cl::desc("Write binary even to a terminal"),
                           cl::cat(toolOptions()));
static cl::opt<std::string>
    resultName("result", cl::desc("Which of several results to write"),
               cl::value_desc("name"), cl::cat(toolOptions()));
static cl::opt<bool> verifyInput("verify",
                                 cl::desc("Refuse modules that break a rule"),
                                 cl::cat(toolOptions()));

int main(int argc, char **argv) {
  if (!parseToolOptions(argc, argv, "llb-as",
                        "LLB assembler: text to binary\n"))
    return 2;
  ToolRun run;
  auto module = readModuleFile(input, run.diags);
  if (failed(module))
    return run.finish(false);
  if (verifyInput &&
      failed(llb::ir::verify(module->module, run.diags, module->places)))
    return run.finish();
  return run.finish(
      writeBinary(module->module, resultName, {output, force}, run.diags));
}
