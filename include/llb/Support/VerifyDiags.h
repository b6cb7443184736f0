// SPDX-License-Identifier: Apache-2.0
//
// `--verify-diagnostics`: compares what was reported with what the input's
// comments expect.
#ifndef LLB_SUPPORT_VERIFYDIAGS_H
#define LLB_SUPPORT_VERIFYDIAGS_H

#include "llb/Support/DiagEngine.h"

#include <llvm/Support/raw_ostream.h>

namespace llb {

/// Looks in `text`, one of the engine's buffers, for
/// `expected-error@+1 {{part of the message}}` (error, warning, remark or note;
/// `@N`, `@+N`, `@-N`, `@*` for any or no line, none for this line). Every
/// expectation must be met by one diagnostic and every diagnostic be expected.
/// Prints what differs; true if nothing does.
bool verifyDiagnostics(std::string_view text, const DiagEngine &diags,
                       llvm::raw_ostream &out);

} // namespace llb

#endif
