// SPDX-License-Identifier: Apache-2.0
//
// The reducer: makes a module smaller while a test still finds in it what it
// looks for. As with llvm-reduce the test is a program that gets a file and
// exits with 0 if the file is interesting. An interrupt ends the search; the
// smallest module so far is written all the same.
#include "llb/Driver/ToolSupport.h"
#include "llb/IR/Binary.h"
#include "llb/IR/Verifier.h"
#include "llb/Reduce/Reduce.h"
#include "llb/Support/ToolDiags.h"

#include <csignal>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/FileUtilities.h>
#include <llvm/Support/Program.h>

using namespace llvm;
using namespace llb::driver;

static cl::cat category(toolOptions());

static cl::opt<std::string> input(cl::Positional, cl::desc("[file]"),
                                  cl::init("-"), category);
static cl::opt<std::string>
    test("test",
         cl::desc("Exits with 0 if the file it is given is interesting"),
         cl::value_desc("program"), cl::Required, category);
static cl::list<std::string>
    testArgs("test-arg", cl::desc("Argument of the test before the file"),
             cl::value_desc("text"), category);
static cl::opt<unsigned>
    testTimeout("test-timeout",
                cl::desc("A test that takes longer is of no interest"),
                cl::value_desc("seconds"), cl::init(0), category);
static cl::opt<std::string> output("o", cl::desc("Write to <file>, not stdout"),
                                   cl::value_desc("file"), cl::init("-"),
                                   category);
static cl::opt<bool> force("f", cl::desc("Write binary even to a terminal"),
                           category);
static cl::opt<bool> text("S", cl::desc("Test and write text, not binary"),
                          category);
static cl::opt<bool> disableVerify("disable-verify",
                                   cl::desc("Try modules that break rules too"),
                                   category);
static cl::opt<bool> quiet("q", cl::desc("Do not report progress"), category);

static volatile std::sig_atomic_t interruptedBy = 0;

static void onInterrupt(int signal) { interruptedBy = signal; }

namespace {

/// Writes modules to a file of their own and runs the test on it.
class Tester {
public:
  Tester(llb::DiagEngine &diags, bool asText) : diags(diags), asText(asText) {}

  bool prepare();
  /// The test's exit status, or one that is not 0.
  int run(const llb::ir::Module &module);

private:
  llb::DiagEngine &diags;
  bool asText;
  std::string program;
  SmallString<128> path;
  std::optional<FileRemover> remover;
};

bool Tester::prepare() {
  // A path is meant as it is; a bare name is looked for in PATH.
  ErrorOr<std::string> found = sys::findProgramByName(test);
  std::error_code missing = found.getError();
  if (!missing && !sys::fs::can_execute(*found))
    missing = sys::fs::exists(*found)
                  ? std::make_error_code(std::errc::permission_denied)
                  : std::make_error_code(std::errc::no_such_file_or_directory);
  if (missing) {
    diags.report(llb::diag::CannotRead, {}, test.getValue(), missing.message());
    return false;
  }
  program = *found;
  if (std::error_code error = sys::fs::createTemporaryFile(
          "llb-reduce", asText ? "llb.txt" : "llb", path)) {
    diags.report(llb::diag::CannotWrite, {}, "llb-reduce", error.message());
    return false;
  }
  remover.emplace(path);
  return true;
}

int Tester::run(const llb::ir::Module &module) {
  std::error_code error;
  raw_fd_ostream file(path, error);
  if (!error) {
    if (asText)
      llb::ir::printModule(module, {}, file);
    else
      llb::ir::writeModule(module, module.results.front(), file);
    file.close();
    error = file.error();
  }
  if (error) {
    file.clear_error();
    return -1;
  }
  std::vector<StringRef> args{program};
  args.insert(args.end(), testArgs.begin(), testArgs.end());
  args.push_back(path);
  std::optional<StringRef> nowhere("");
  return sys::ExecuteAndWait(program, args, std::nullopt,
                             {nowhere, nowhere, nowhere}, testTimeout);
}

} // namespace

static int reduceInput(ToolRun &run, ModuleInput &module, bool asText) {
  if (!disableVerify &&
      failed(llb::ir::verify(module.module, run.diags, module.places)))
    return run.finish(false);
  if (!asText && module.module.results.size() != 1)
    asText = true;
  Tester tester(run.diags, asText);
  if (!tester.prepare())
    return run.finish(false);
  if (int status = tester.run(module.module)) {
    errs() << "llb-reduce: the test '" << test << "' exits with " << status
           << " for the input; 0 says that what is looked for is there\n";
    return 2;
  }

  std::signal(SIGINT, onInterrupt);
  std::signal(SIGTERM, onInterrupt);
  llb::reduce::ReduceOptions options;
  options.verify = !disableVerify;
  options.isInteresting = [&](const llb::ir::Module &candidate) {
    return tester.run(candidate) == 0;
  };
  options.shouldStop = [] { return interruptedBy != 0; };
  if (!quiet)
    options.onSmaller = [](std::string_view delta,
                           const llb::ir::Module &smaller) {
      errs() << delta << ": " << smaller.nodes.size() << " operations\n";
    };
  uint64_t tests = llb::reduce::reduceModule(module.module, options);
  if (!quiet)
    errs() << tests << " modules tested\n";

  bool written =
      asText ? writeText({output, force}, run.diags,
                         [&](raw_ostream &out) {
                           llb::ir::printModule(module.module, {}, out);
                         })
             : writeBinary(module.module, "", {output, force}, run.diags);
  int status = run.finish(written);
  return status == 0 && interruptedBy ? 128 + interruptedBy : status;
}

int main(int argc, char **argv) {
  if (!parseToolOptions(argc, argv, "llb-reduce",
                        "LLB reducer: makes what shows a fault smaller\n"))
    return 2;
  ToolRun run;
  auto module = readModuleFile(input, run.diags);
  if (failed(module))
    return run.finish(false);
  // What is binary is tested and written as binary; all else is text.
  return reduceInput(run, *module, text || !module->isBinary);
}
