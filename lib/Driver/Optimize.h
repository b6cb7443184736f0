// SPDX-License-Identifier: Apache-2.0
//
// Passes over what was lowered.
#ifndef LLB_DRIVER_OPTIMIZE_H
#define LLB_DRIVER_OPTIMIZE_H

#include "llb/Driver/Options.h"
#include "llb/Lower/Lower.h"
#include "llb/Passes/PassManager.h"

namespace llb::driver {

/// The pipeline of a level with `passes` after it, as text.
std::string pipelineText(char level, const std::string &passes);

/// Reads the image lock for passes; without one the table is empty. Reports.
llvm::FailureOr<std::optional<passes::ImageTable>>
readImageTable(const std::string &path, DiagEngine &diags);

/// Runs `options.passes` over the images, all linked into one module, so that
/// they share what they have in common; histories follow the layers. Remarks go
/// to `messages`.
llvm::LogicalResult optimize(lower::Lowered &lowered, const Options &options,
                             DiagEngine &diags, llvm::raw_ostream &messages);

} // namespace llb::driver

#endif
