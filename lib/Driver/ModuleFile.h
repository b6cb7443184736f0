// SPDX-License-Identifier: Apache-2.0
//
// LLB in place of a build file.
#ifndef LLB_DRIVER_MODULEFILE_H
#define LLB_DRIVER_MODULEFILE_H

#include "llb/Driver/Options.h"
#include "llb/Lower/Lower.h"

namespace llb::driver {

/// Whether a file of this name is LLB: `x.llb`, `x.llb.txt` or `x.llb.json`. No
/// content would tell text from a Dockerfile for certain.
bool isModuleName(llvm::StringRef name);

/// What lowering would have made of the module in `text`, a buffer of `diags`:
/// an image for each result, with the config that BuildKit gives an image
/// without one (v0.32.2, exporter/containerimage defaultImageConfig).
llvm::FailureOr<lower::Lowered> readModuleImages(std::string_view text,
                                                 const Options &options,
                                                 DiagEngine &diags);

} // namespace llb::driver

#endif
