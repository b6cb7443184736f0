// SPDX-License-Identifier: Apache-2.0
//
// Shared by llb-as, llb-dis and llb-opt.
#include "llb/Driver/ToolSupport.h"

#include "llb/Driver/Version.h"
#include "llb/IR/Binary.h"
#include "llb/IR/JsonRead.h"
#include "llb/IR/Linker.h"
#include "llb/Support/DiagPrinter.h"
#include "llb/Support/IRDiags.h"
#include "llb/Support/OutputFile.h"
#include "llb/Support/ToolDiags.h"

#include <llvm/Support/MemoryBuffer.h>

namespace llb::driver {

llvm::cl::OptionCategory &toolOptions() {
  static llvm::cl::OptionCategory category("Options");
  return category;
}

bool parseToolOptions(int argc, char **argv, std::string_view tool,
                      const char *overview) {
  llvm::cl::HideUnrelatedOptions(toolOptions());
  llvm::cl::SetVersionPrinter(
      [tool](llvm::raw_ostream &out) { printVersion(tool, out); });
  return llvm::cl::ParseCommandLineOptions(argc, argv, overview, &llvm::errs());
}

std::map<std::string, std::string>
readContextOptions(const std::vector<std::string> &values) {
  std::map<std::string, std::string> directories;
  for (const std::string &value : values) {
    size_t end = value.find_first_of("=/");
    if (end == std::string::npos || value[end] == '/')
      directories["context"] = value;
    else
      directories[value.substr(0, end)] = value.substr(end + 1);
  }
  return directories;
}

int ToolRun::finish(bool ok) {
  // Showing the places of a million faults in one line would take hours.
  printDiagnostics(diags, llvm::errs(), /*limit=*/100);
  return ok && !diags.hasErrors() ? 0 : 1;
}

llvm::FailureOr<std::string_view> readInputFile(const std::string &path,
                                                DiagEngine &diags) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path, /*IsText=*/false);
  if (!buffer) {
    diags.report(diag::CannotRead, {}, path, buffer.getError().message());
    return llvm::failure();
  }
  return diags.addBuffer(std::move(*buffer));
}

/// Whether `bytes` hold what no text does, control characters and bytes that
/// UTF-8 has no use for, so that they must be a broken definition.
static bool looksBinary(std::string_view bytes) {
  for (unsigned char byte : bytes.substr(0, 4096))
    if ((byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') ||
        byte == 0x7f || byte >= 0xf8)
      return true;
  return false;
}

llvm::FailureOr<ModuleInput> readAnyModule(std::string_view bytes,
                                           DiagEngine &diags) {
  ModuleInput input;
  DiagEngine binaryDiags(diags.sourceMgr());
  auto binary = ir::readModule(bytes, binaryDiags);
  // Chance makes some text a definition too, but one of unknown fields alone.
  if (succeeded(binary) &&
      (bytes.empty() || !binary->nodes.empty() || looksBinary(bytes))) {
    input.module = std::move(*binary);
    input.isBinary = !bytes.empty();
    return input;
  }
  if (looksBinary(bytes)) {
    for (const Diagnostic &diag : binaryDiags.diagnostics())
      diags.add(diag);
    return llvm::failure();
  }
  auto parsed = bytes.starts_with('{')
                    ? ir::readJson(bytes, diags)
                    : ir::parseModule(bytes, diags, &input.places);
  if (failed(parsed))
    return llvm::failure();
  input.module = std::move(*parsed);
  return input;
}

llvm::FailureOr<ModuleInput> readModuleFile(const std::string &path,
                                            DiagEngine &diags) {
  auto bytes = readInputFile(path, diags);
  if (failed(bytes))
    return llvm::failure();
  return readAnyModule(*bytes, diags);
}

static bool writeOutput(const OutputOptions &options, bool binary,
                        DiagEngine &diags,
                        llvm::function_ref<void(llvm::raw_ostream &)> print) {
  auto fail = [&](llvm::Error error) {
    diags.report(diag::CannotWrite, {}, options.path,
                 llvm::toString(std::move(error)));
    return false;
  };
  auto file = OutputFile::open(options.path);
  if (!file)
    return fail(file.takeError());
  if (binary && file->isTerminal() && !options.force) {
    diags.report(diag::BinaryToTerminal, {});
    return false;
  }
  print(file->stream());
  if (llvm::Error error = file->keep())
    return fail(std::move(error));
  return true;
}

bool writeText(const OutputOptions &options, DiagEngine &diags,
               llvm::function_ref<void(llvm::raw_ostream &)> print) {
  return writeOutput(options, /*binary=*/false, diags, print);
}

bool writeBinary(const ir::Module &module, const std::string &resultName,
                 const OutputOptions &options, DiagEngine &diags) {
  const ir::Result *chosen = nullptr;
  // What belongs to other results, source files above all, stays at home.
  ir::Module part;
  for (const ir::Result &result : module.results)
    if (module.results.size() == 1
            ? resultName.empty() || result.name == resultName
            : !resultName.empty() && result.name == resultName)
      chosen = &result;
  if (!chosen) {
    std::string names;
    for (const ir::Result &result : module.results)
      names += (names.empty() ? "'" : ", '") + result.name + "'";
    if (!resultName.empty())
      diags.report(diag::NoSuchResult, {}, resultName,
                   names.empty() ? "none" : names);
    else if (module.results.empty())
      diags.report(diag::VerifyNoResult, {});
    else
      diags.report(diag::ManyResults, {}, names);
    return false;
  }
  if (module.results.size() > 1)
    part = ir::splitResult(module, chosen - module.results.data());
  const ir::Module &from = module.results.size() > 1 ? part : module;
  if (module.results.size() > 1)
    chosen = &part.results.front();
  return writeOutput(
      options, /*binary=*/true, diags,
      [&](llvm::raw_ostream &out) { ir::writeModule(from, *chosen, out); });
}

} // namespace llb::driver
