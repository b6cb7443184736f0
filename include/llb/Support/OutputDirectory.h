// SPDX-License-Identifier: Apache-2.0
//
// Where a result that is a directory goes. Like an OutputFile it appears when
// it is complete; files go into a directory that is there already, over those
// of the same names.
#ifndef LLB_SUPPORT_OUTPUTDIRECTORY_H
#define LLB_SUPPORT_OUTPUTDIRECTORY_H

#include "llb/Support/UniqueFd.h"

#include <llvm/Support/Error.h>
#include <string>

namespace llb {

class OutputDirectory {
public:
  /// Makes an empty directory that is filled in place of `path`, with the
  /// directories above it.
  static llvm::Expected<OutputDirectory> open(const std::string &path);

  OutputDirectory(OutputDirectory &&other) noexcept;
  OutputDirectory &operator=(OutputDirectory &&other) noexcept;
  /// Removes what was written if `keep` was not called.
  ~OutputDirectory();

  /// What is to be filled, and what it will become.
  const std::string &staging() const { return temporary; }
  const std::string &destination() const { return path; }
  /// Moves what was written into place.
  llvm::Error keep();

private:
  OutputDirectory() = default;

  std::string path;
  std::string temporary;
  /// Tells that somebody writes it.
  UniqueFd lock;
  /// Whether the directory is there already.
  bool joins = false;
};

} // namespace llb

#endif
