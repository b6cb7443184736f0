// SPDX-License-Identifier: Apache-2.0
//
// The first step of lowering and of answering: the checks that need only the
// file.
#ifndef LLB_LOWER_CHECKFILE_H
#define LLB_LOWER_CHECKFILE_H

#include "FrontendOptions.h"
#include "llb/Check/Linter.h"
#include "llb/Lower/Lower.h"

namespace llb::lower {

/// Reports the checks of `file` as its options and `frontend`'s ask for them,
/// and returns the linter for those that come later. Fails if the options are
/// faulty, if parsing the file failed or if it has no stage.
llvm::FailureOr<check::Linter> checkFile(const ast::BuildFile &file,
                                         const LowerOptions &lowering,
                                         const FrontendOptions &frontend,
                                         DiagEngine &diags);

} // namespace llb::lower

#endif
