// SPDX-License-Identifier: Apache-2.0
//
// Where a system call has failed, its errno makes the reason.
#include "llb/Support/Errors.h"

#include <cerrno>
#include <cstring>

namespace llb {

llvm::Error textError(const std::string &text) {
  return llvm::createStringError(std::make_error_code(std::errc::io_error),
                                 "%s", text.c_str());
}

llvm::Error errnoError(const std::string &what) {
  return llvm::createStringError(
      std::error_code(errno, std::generic_category()), "%s: %s", what.c_str(),
      std::strerror(errno));
}

} // namespace llb
