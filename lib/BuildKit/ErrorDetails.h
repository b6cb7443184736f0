// SPDX-License-Identifier: Apache-2.0
//
// What comes with an error of the daemon's besides its text.
#ifndef LLB_BUILDKIT_ERRORDETAILS_H
#define LLB_BUILDKIT_ERRORDETAILS_H

#include <string>

namespace llb::buildkit {

/// The digest of the operation that failed, from a serialised
/// google.rpc.Status; empty if it does not tell.
std::string failedStep(const std::string &details);

} // namespace llb::buildkit

#endif
