// SPDX-License-Identifier: Apache-2.0
//
// Shows a serialised definition as `buildctl debug dump-llb` does, byte for
// byte. It needs memory for the index of the definition and some operations.
#include "llb/IR/JsonDump.h"
#include "llb/Support/DiagPrinter.h"
#include "llb/Support/ToolDiags.h"

#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>

using namespace llb;

namespace {

constexpr std::string_view help =
    R"(usage: dump-llb [--dot] [FILE]

Prints the operations of an LLB definition, one line of JSON each, as
`buildctl debug dump-llb` does. FILE is a binary definition; without one, or
with `-`, it is read from standard input.

options:
  --dot        print the graph in dot's language instead
  --help, -h   show this text
  --version    show the versions of LLB and BuildKit this agrees with

exit status: 0 done, 1 no definition or unreadable, 2 wrong usage
)";

struct Arguments {
  bool dot = false;
  std::string file = "-";
};

/// Fills `arguments`, or prints what was asked for or is wrong and returns the
/// exit status.
std::optional<int> parse(int argc, char **argv, Arguments &arguments) {
  bool onlyFiles = false;
  bool hasFile = false;
  for (int i = 1; i < argc; ++i) {
    std::string_view arg = argv[i];
    if (onlyFiles || arg.size() < 2 || arg[0] != '-') {
      if (hasFile) {
        llvm::errs() << "dump-llb: more than one file: '" << arg << "'\n";
        return 2;
      }
      hasFile = true;
      if (!arg.empty())
        arguments.file = arg;
    } else if (arg == "--") {
      onlyFiles = true;
    } else if (arg == "--dot") {
      arguments.dot = true;
    } else if (arg == "--help" || arg == "-h") {
      llvm::outs() << help;
      return 0;
    } else if (arg == "--version") {
      llvm::outs() << "dump-llb " LLB_VERSION
                      " (LLB and Dockerfile frontend of BuildKit v0.32.2)\n";
      return 0;
    } else {
      llvm::errs() << "dump-llb: unknown option '" << arg
                   << "'; see dump-llb --help\n";
      return 2;
    }
  }
  return std::nullopt;
}

llvm::LogicalResult dump(const Arguments &arguments, DiagEngine &diags) {
  // A mapped file: its pages need no memory of the process's own.
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(
      arguments.file, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer) {
    diags.report(diag::CannotRead, {}, arguments.file,
                 buffer.getError().message());
    return llvm::failure();
  }
  std::string_view definition((*buffer)->getBufferStart(),
                              (*buffer)->getBufferSize());
  llvm::raw_fd_ostream &out = llvm::outs();
  auto result = arguments.dot ? ir::dumpDot(definition, out, diags)
                              : ir::dumpJson(definition, out, diags);
  out.flush();
  if (out.has_error()) {
    diags.report(diag::CannotWrite, {}, "-", out.error().message());
    out.clear_error();
    return llvm::failure();
  }
  return result;
}

} // namespace

int main(int argc, char **argv) {
  Arguments arguments;
  if (std::optional<int> status = parse(argc, argv, arguments))
    return *status;
  llvm::SourceMgr sources;
  DiagEngine diags(sources);
  auto result = dump(arguments, diags);
  printDiagnostics(diags, llvm::errs());
  return llvm::failed(result) ? 1 : 0;
}
