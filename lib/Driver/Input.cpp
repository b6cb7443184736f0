// SPDX-License-Identifier: Apache-2.0
//
// File names are shown as they were given; the source map gets only the last
// component, as BuildKit's clients send it.
#include "Input.h"
#include "ContextFiles.h"

#include "llb/Support/PatternMatcher.h"
#include "llb/Support/ToolDiags.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>

namespace llb::driver {

llvm::FailureOr<std::string> readWholeFile(const std::string &path,
                                           DiagEngine &diags) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    diags.report(diag::CannotRead, {}, path, buffer.getError().message());
    return llvm::failure();
  }
  return (*buffer)->getBuffer().str();
}

static constexpr std::string_view ignoreName = ".dockerignore";

/// Local directories that were named have ignore files of their own.
static llvm::LogicalResult
readLocalIgnoreFiles(const Options &options, Input &input, DiagEngine &diags) {
  for (const auto &[name, directory] : options.locals) {
    std::vector<std::string> &patterns = input.localIgnorePatterns[name];
    std::string path = joinShown(directory, ignoreName);
    if (!llvm::sys::fs::exists(path))
      continue;
    auto text = readWholeFile(path, diags);
    if (failed(text))
      return llvm::failure();
    patterns = parseDockerignore(*text);
    input.localIgnoreFiles.push_back(path);
  }
  return llvm::success();
}

static llvm::LogicalResult readIgnoreFile(const Options &options, Input &input,
                                          DiagEngine &diags) {
  std::vector<std::string> candidates;
  if (!input.fromStandardInput)
    candidates.push_back(options.input + ".dockerignore");
  candidates.push_back(joinShown(contextDirectory(options), ignoreName));
  for (const std::string &candidate : candidates) {
    if (!llvm::sys::fs::exists(candidate))
      continue;
    auto text = readWholeFile(candidate, diags);
    if (failed(text))
      return llvm::failure();
    input.ignoreFile = candidate;
    input.ignorePatterns =
        parseDockerignore(*text, nullptr, &input.ignoreLines);
    return llvm::success();
  }
  return llvm::success();
}

llvm::FailureOr<std::unique_ptr<llvm::MemoryBuffer>>
readBuildFile(const Options &options, DiagEngine &diags) {
  auto buffer =
      llvm::MemoryBuffer::getFileOrSTDIN(options.input, /*IsText=*/false);
  if (buffer)
    return std::move(*buffer);
  diags.report(diag::CannotRead, {}, options.input,
               buffer.getError().message());
  return llvm::failure();
}

llvm::FailureOr<Input> readInput(const Options &options,
                                 std::unique_ptr<llvm::MemoryBuffer> text,
                                 DiagEngine &diags) {
  Input input;
  input.fromStandardInput = options.input == "-";
  input.text = diags.addBuffer(std::move(text));
  auto named = options.opts.find("filename");
  if (!input.fromStandardInput)
    input.knownName = llvm::sys::path::filename(options.input).str();
  else if (named != options.opts.end())
    input.knownName = llvm::sys::path::filename(named->second).str();
  if (named != options.opts.end())
    input.filename = named->second;
  else if (input.fromStandardInput)
    input.filename = "Dockerfile";
  else
    input.filename = input.knownName;
  if (failed(readIgnoreFile(options, input, diags)) ||
      failed(readLocalIgnoreFiles(options, input, diags)))
    return llvm::failure();
  return input;
}

} // namespace llb::driver
