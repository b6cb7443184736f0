// SPDX-License-Identifier: Apache-2.0
//
// By what a daemon recognises directories that it has read before.
#ifndef LLB_BUILDKIT_SHAREDKEY_H
#define LLB_BUILDKIT_SHAREDKEY_H

#include <map>
#include <string>

namespace llb::buildkit {

/// A key of these directories on this machine. The daemon compares what it kept
/// under an equal key by size and time alone, so no two directories may share
/// one; a key that changes costs a transfer.
std::string sharedKey(const std::map<std::string, std::string> &directories);

} // namespace llb::buildkit

#endif
