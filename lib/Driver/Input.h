// SPDX-License-Identifier: Apache-2.0
//
// What llbc reads besides the build file's own text.
#ifndef LLB_DRIVER_INPUT_H
#define LLB_DRIVER_INPUT_H

#include "llb/Driver/Options.h"
#include "llb/Support/DiagEngine.h"

#include <llvm/Support/LogicalResult.h>
#include <llvm/Support/MemoryBuffer.h>

namespace llb::driver {

struct Input {
  /// Owned by the SourceMgr.
  std::string_view text;
  /// Name for the source map: the last component of the path, or the option
  /// `filename`.
  std::string filename;
  /// The last component of the path, or for standard input of the option
  /// `filename`; empty without one.
  std::string knownName;
  /// Patterns of the ignore file that applies.
  std::vector<std::string> ignorePatterns;
  /// That file's name, empty if there is none, and the line of each pattern.
  std::string ignoreFile;
  std::vector<unsigned> ignoreLines;
  /// The same for the `.dockerignore` of other local directories, by name.
  std::map<std::string, std::vector<std::string>> localIgnorePatterns;
  std::vector<std::string> localIgnoreFiles;
  bool fromStandardInput = false;
};

/// The text of the build file, or a CannotRead or FileTooLarge diagnostic.
llvm::FailureOr<std::unique_ptr<llvm::MemoryBuffer>>
readBuildFile(const Options &options, DiagEngine &diags);

/// Takes the build file's `text` and reads the ignore file: `FILE.dockerignore`
/// beside it, else `.dockerignore` of the context.
llvm::FailureOr<Input> readInput(const Options &options,
                                 std::unique_ptr<llvm::MemoryBuffer> text,
                                 DiagEngine &diags);

/// A whole file's text, or a CannotRead diagnostic.
llvm::FailureOr<std::string> readWholeFile(const std::string &path,
                                           DiagEngine &diags);

} // namespace llb::driver

#endif
