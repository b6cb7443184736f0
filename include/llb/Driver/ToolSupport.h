// SPDX-License-Identifier: Apache-2.0
//
// What the IR tools share: their command line's manners, reading a module in
// any form, writing one, and the exit status.
#ifndef LLB_DRIVER_TOOLSUPPORT_H
#define LLB_DRIVER_TOOLSUPPORT_H

#include "llb/IR/Text.h"

#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/SourceMgr.h>
#include <map>

namespace llb::driver {

/// The category of every option of the tool at hand; all others are hidden.
llvm::cl::OptionCategory &toolOptions();

/// Parses the command line; false after a usage error was printed, for which
/// the exit status is 2. `--help` and `--version` do not return.
bool parseToolOptions(int argc, char **argv, std::string_view tool,
                      const char *overview);

/// `--context`: directories by the names of local sources. `NAME=DIR` has no
/// slash in front of the sign; `DIR` alone is `context`.
std::map<std::string, std::string>
readContextOptions(const std::vector<std::string> &values);

/// A run of a tool: its diagnostics and what becomes of them.
class ToolRun {
public:
  ToolRun() : diags(sources) {}

  /// Prints the diagnostics to standard error. Returns the exit status: 0, or
  /// 1 if there was an error or `ok` is false.
  int finish(bool ok = true);

  llvm::SourceMgr sources;
  DiagEngine diags;
};

/// A module and where it stands in its text, if it was text.
struct ModuleInput {
  ir::Module module;
  ir::NodePlaces places;
  /// Whether it was a Definition in its binary form.
  bool isBinary = false;
};

/// Reads a file, `-` being standard input, into one of the engine's buffers.
llvm::FailureOr<std::string_view> readInputFile(const std::string &path,
                                                DiagEngine &diags);

/// A module from any of its forms, told apart by content: empty is the scratch
/// module; binary decodes as a Definition to its last byte; JSON, as dump-llb
/// prints it, starts with `{`; all else is text. `bytes` must be in one of the
/// engine's buffers.
llvm::FailureOr<ModuleInput> readAnyModule(std::string_view bytes,
                                           DiagEngine &diags);

/// The module in a file, `-` being standard input.
llvm::FailureOr<ModuleInput> readModuleFile(const std::string &path,
                                            DiagEngine &diags);

struct OutputOptions {
  /// `-` is standard output.
  std::string path = "-";
  /// Write binary even to a terminal.
  bool force = false;
};

/// Writes what `print` prints, whole or not at all.
bool writeText(const OutputOptions &options, DiagEngine &diags,
               llvm::function_ref<void(llvm::raw_ostream &)> print);

/// Writes the result called `resultName` as a Definition, or the only result
/// if that is empty.
bool writeBinary(const ir::Module &module, const std::string &resultName,
                 const OutputOptions &options, DiagEngine &diags);

} // namespace llb::driver

#endif
