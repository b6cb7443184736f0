// SPDX-License-Identifier: Apache-2.0
//
// Where a tool's result goes: standard output, or a file that appears whole or
// not at all.
#ifndef LLB_SUPPORT_OUTPUTFILE_H
#define LLB_SUPPORT_OUTPUTFILE_H

#include "llb/Support/UniqueFd.h"

#include <llvm/Support/Error.h>
#include <llvm/Support/raw_ostream.h>
#include <memory>
#include <string>

namespace llb {

class OutputFile {
public:
  /// Opens `path` (`-` or empty: standard output) for writing. A file is
  /// written without a name, or under a temporary one, until `keep`.
  static llvm::Expected<OutputFile> open(const std::string &path);

  OutputFile(OutputFile &&) = default;
  OutputFile &operator=(OutputFile &&) = default;
  /// Removes the temporary file if `keep` was not called.
  ~OutputFile();

  llvm::raw_ostream &stream() { return *out; }
  /// Whether the result would be shown on a terminal.
  bool isTerminal() const { return out->is_displayed(); }
  /// Flushes and moves the file into place.
  llvm::Error keep();

private:
  OutputFile() = default;
  llvm::Error nameIt();

  std::string path;
  std::string temporary;
  /// Where it is to be.
  UniqueFd folder;
  /// The descriptor of a file that has no name yet.
  int nameless = -1;
  std::unique_ptr<llvm::raw_fd_ostream> out;
};

} // namespace llb

#endif
