// SPDX-License-Identifier: Apache-2.0
//
// The flags of one instruction, in the order, with the types and with the
// messages of BuildKit v0.32.2 (instructions/bflag.go).
#ifndef LLB_FRONTEND_COMMON_FLAGS_H
#define LLB_FRONTEND_COMMON_FLAGS_H

#include "llb/AST/Stmt.h"

#include <llvm/ADT/ArrayRef.h>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace llb::frontend {

/// A flag word without its quotes, and where it is written.
struct FlagWord {
  std::string text;
  llvm::SMRange range;
};

/// A flag that an instruction knows and where its value goes. A list may be
/// given several times, others once; a boolean needs no value.
struct FlagSpec {
  std::string_view name;
  std::variant<bool *, std::optional<bool> *, std::string *,
               std::vector<std::string> *>
      target;
};

/// Sets the targets from `words`; stops at the first fault, into `error`.
bool parseFlags(const std::vector<FlagWord> &words,
                llvm::ArrayRef<FlagSpec> specs, Diagnostic &error);

/// The places of the flags `--name`, in order; one for each value it was given.
std::vector<llvm::SMRange> flagRanges(const std::vector<FlagWord> &words,
                                      std::string_view name);

/// The place of the flag `--name`, which was given.
llvm::SMRange flagRange(const std::vector<FlagWord> &words,
                        std::string_view name);

} // namespace llb::frontend

#endif
