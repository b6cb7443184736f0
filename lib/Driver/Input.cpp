// SPDX-License-Identifier: Apache-2.0
//
// File names are shown as they were given; the source map gets only the last
// component, as BuildKit's clients send it.
#include "Input.h"
#include "ContextFiles.h"
#include "ModuleFile.h"

#include "llb/Support/PatternMatcher.h"
#include "llb/Support/ToolDiags.h"
#include "llb/Support/UniqueFd.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>

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

/// The last component of the build file's path, if it has one.
static llvm::StringRef knownName(const Options &options) {
  auto named = options.opts.find("filename");
  if (options.input != "-")
    return llvm::sys::path::filename(options.input);
  return named == options.opts.end() ? llvm::StringRef()
                                     : llvm::sys::path::filename(named->second);
}

/// What `file` holds, to its end. Of more than `limit` bytes one more than
/// that: a pipe has no size to ask for first.
static llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>>
readUpTo(llvm::sys::fs::file_t file, const std::string &name, size_t limit) {
  constexpr size_t most = size_t(1) << 20;
  llvm::SmallVector<char, 0> bytes;
  while (bytes.size() <= limit) {
    size_t before = bytes.size();
    size_t piece = std::min(most, limit - before) + 1;
    bytes.resize_for_overwrite(before + piece);
    llvm::Expected<size_t> count = llvm::sys::fs::readNativeFile(
        file, llvm::MutableArrayRef(bytes).drop_front(before));
    if (!count)
      return llvm::errorToErrorCode(count.takeError());
    bytes.truncate(before + *count);
    if (*count == 0)
      break;
  }
  return std::make_unique<llvm::SmallVectorMemoryBuffer>(
      std::move(bytes), name, /*RequiresNullTerminator=*/true);
}

static llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>>
openBuildFile(const std::string &path, size_t limit) {
  namespace fs = llvm::sys::fs;
  if (path == "-")
    return readUpTo(fs::getStdinHandle(), "<stdin>", limit);
  llvm::Expected<fs::file_t> file = fs::openNativeFileForRead(path);
  if (!file)
    return llvm::errorToErrorCode(file.takeError());
  UniqueFd owner(*file);
  fs::file_status status;
  if (std::error_code error = fs::status(*file, status))
    return error;
  if (status.type() != fs::file_type::regular_file || status.getSize() > limit)
    return readUpTo(*file, path, limit);
  return llvm::MemoryBuffer::getOpenFile(*file, path, status.getSize());
}

llvm::FailureOr<std::unique_ptr<llvm::MemoryBuffer>>
readBuildFile(const Options &options, DiagEngine &diags) {
  bool isModule = isModuleName(knownName(options));
  size_t limit = isModule ? options.maxOpsBytes : options.maxFileBytes;
  auto buffer = openBuildFile(options.input, limit);
  if (!buffer) {
    diags.report(diag::CannotRead, {}, options.input,
                 buffer.getError().message());
    return llvm::failure();
  }
  if ((*buffer)->getBufferSize() > limit) {
    diags.report(diag::FileTooLarge, {}, options.input, limit,
                 isModule ? "--max-ops-bytes" : "--max-file-bytes");
    return llvm::failure();
  }
  return std::move(*buffer);
}

llvm::FailureOr<Input> readInput(const Options &options,
                                 std::unique_ptr<llvm::MemoryBuffer> text,
                                 DiagEngine &diags) {
  Input input;
  input.fromStandardInput = options.input == "-";
  input.text = diags.addBuffer(std::move(text));
  input.knownName = knownName(options).str();
  auto named = options.opts.find("filename");
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
