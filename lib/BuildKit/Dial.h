// SPDX-License-Identifier: Apache-2.0
//
// Sockets to where daemons listen.
#ifndef LLB_BUILDKIT_DIAL_H
#define LLB_BUILDKIT_DIAL_H

#include "llb/BuildKit/Address.h"
#include "llb/Support/UniqueFd.h"

namespace llb::buildkit {

/// Connects to a socket or a machine's port, within 20 seconds. The descriptor
/// does not block.
llvm::Expected<UniqueFd> dial(const Address &address);

/// `no BuildKit daemon at ADDRESS: REASON`.
llvm::Error dialError(const Address &address, const std::string &reason);

/// How long a daemon has to take us in.
inline constexpr int connectMilliseconds = 20'000;

} // namespace llb::buildkit

#endif
