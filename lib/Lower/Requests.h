// SPDX-License-Identifier: Apache-2.0
//
// Option `requestid`: a question about the file in place of a build.
#ifndef LLB_LOWER_REQUESTS_H
#define LLB_LOWER_REQUESTS_H

#include "FrontendOptions.h"

namespace llb::lower {

/// Answers the request named `id`; the result holds no image. Lint and the list
/// of requests are answered for a broken file too, whose errors stay in
/// `diags`; outline and targets fail then, as does an unknown request.
llvm::FailureOr<Lowered> answerRequest(std::string_view id,
                                       const ast::BuildFile &file,
                                       const LowerOptions &options,
                                       const FrontendOptions &frontend,
                                       DiagEngine &diags);

} // namespace llb::lower

#endif
