// SPDX-License-Identifier: Apache-2.0
//
// What the verifier looks up: capabilities, platforms, source schemes.
#ifndef LLB_IR_VERIFYTABLES_H
#define LLB_IR_VERIFYTABLES_H

#include "llb/IR/Module.h"

namespace llb::ir {

/// Index of no alternative of OpBody.
inline constexpr size_t anyBody = std::variant_npos;

struct Capability {
  std::string_view name;
  /// The alternative of OpBody that has the feature, or `anyBody`.
  size_t body;
};

/// Null if BuildKit v0.32.2 declares no such capability.
const Capability *findCapability(std::string_view name);
const std::vector<std::string> &capabilityNames();

/// Whether Go can build for the platform; BuildKit itself takes any words.
bool isKnownPlatform(const Platform &platform);

/// Whether some source of BuildKit v0.32.2 has the scheme.
bool isSourceScheme(std::string_view scheme);

/// Whether a mount makes a value: only binds and caches do, and secrets and
/// sockets have output 0 written without meaning it.
bool hasOutput(const Mount &mount);

} // namespace llb::ir

#endif
