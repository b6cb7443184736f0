// SPDX-License-Identifier: Apache-2.0
//
// `--mocker-compat`: the operations of r2d4/mocker itself.
#ifndef LLB_LOWER_LOWERMOCKERCOMPAT_H
#define LLB_LOWER_LOWERMOCKERCOMPAT_H

#include "llb/AST/Mockerfile.h"
#include "llb/Lower/Lower.h"

namespace llb::lower {

/// Lowers the first image as the original does, with its quirks. It reads no
/// options; those that were given are warned of.
llvm::FailureOr<Lowered> lowerMockerCompat(const ast::Mockerfile &file,
                                           const LowerOptions &options,
                                           DiagEngine &diags);

} // namespace llb::lower

#endif
