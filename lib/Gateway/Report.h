// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics in the forms that BuildKit passes on to its client.
#ifndef LLB_GATEWAY_REPORT_H
#define LLB_GATEWAY_REPORT_H

#include "llb/Gateway/Bridge.h"

namespace llb::gateway {

/// Sends warnings that were collected; those of build checks in BuildKit's
/// wording. `loadDigest` is the operation that loads the file.
llvm::Error sendWarnings(Bridge &bridge, const DiagEngine &diags,
                         const ir::SourceInfo &file,
                         const std::string &loadDigest);

/// The error that ended a build. What the daemon said about a call of ours that
/// led to it goes along.
Failure describeError(const Bridge &bridge, const Diagnostic &error,
                      const DiagEngine &diags, const ir::SourceInfo &file);

/// The error `prefix` and what the daemon said about the call that failed.
Failure describeCall(const Bridge &bridge, const std::string &prefix,
                     llvm::Error error);

} // namespace llb::gateway

#endif
