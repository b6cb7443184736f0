// SPDX-License-Identifier: Apache-2.0
//
// File names are shown as they were given; the source map gets only the last
// component, as BuildKit's clients send it.
#include "Input.h"

#include "llb/Support/PatternMatcher.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

namespace llb::driver {

llvm::FailureOr<std::string> readWholeFile(const std::string &path,
                                           DiagEngine &diags) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    diags.report(DiagId::CannotRead, {}, path, buffer.getError().message());
    return llvm::failure();
  }
  return (*buffer)->getBuffer().str();
}

static llvm::LogicalResult readIgnoreFile(const Options &options, Input &input,
                                          DiagEngine &diags) {
  std::vector<std::string> candidates;
  std::string context = options.context;
  if (!input.fromStandardInput) {
    candidates.push_back(options.input + ".dockerignore");
    if (context.empty())
      context = llvm::sys::path::parent_path(options.input).str();
  }
  llvm::SmallString<256> path(context.empty() ? "." : context);
  llvm::sys::path::append(path, ".dockerignore");
  candidates.push_back(path.str().str());
  for (const std::string &candidate : candidates) {
    if (!llvm::sys::fs::exists(candidate))
      continue;
    auto text = readWholeFile(candidate, diags);
    if (failed(text))
      return llvm::failure();
    input.ignorePatterns = parseDockerignore(*text);
    return llvm::success();
  }
  return llvm::success();
}

llvm::FailureOr<Input> readInput(const Options &options, DiagEngine &diags) {
  Input input;
  input.fromStandardInput = options.input == "-";
  auto buffer =
      input.fromStandardInput
          ? llvm::MemoryBuffer::getSTDIN()
          : llvm::MemoryBuffer::getFile(options.input, /*IsText=*/false);
  if (!buffer) {
    diags.report(DiagId::CannotRead, {}, options.input,
                 buffer.getError().message());
    return llvm::failure();
  }
  input.text = diags.addBuffer(std::move(*buffer));
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
  if (failed(readIgnoreFile(options, input, diags)))
    return llvm::failure();
  return input;
}

} // namespace llb::driver
