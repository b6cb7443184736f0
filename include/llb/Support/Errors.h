// SPDX-License-Identifier: Apache-2.0
//
// Errors that are a text.
#ifndef LLB_SUPPORT_ERRORS_H
#define LLB_SUPPORT_ERRORS_H

#include <llvm/Support/Error.h>
#include <string>

namespace llb {

/// An error that says this.
llvm::Error textError(const std::string &text);

/// `what: reason of errno`.
llvm::Error errnoError(const std::string &what);

} // namespace llb

#endif
