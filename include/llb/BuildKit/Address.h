// SPDX-License-Identifier: Apache-2.0
//
// Where a BuildKit daemon listens, as BUILDKIT_HOST spells it, and the way
// there.
#ifndef LLB_BUILDKIT_ADDRESS_H
#define LLB_BUILDKIT_ADDRESS_H

#include "llb/Support/UniqueFd.h"

#include <llvm/Support/Error.h>
#include <string>
#include <string_view>

namespace llb::buildkit {

struct Address {
  enum class Kind { Unix, Tcp };
  Kind kind = Kind::Unix;
  /// Path of the socket, or the name of the machine.
  std::string place;
  std::string port;

  /// Reads `unix://PATH` or `tcp://HOST:PORT`; without a scheme a path is a
  /// socket, all else a machine.
  static llvm::Expected<Address> parse(std::string_view text);
  std::string str() const;
};

/// Connects, within 20 seconds. The descriptor does not block.
llvm::Expected<UniqueFd> dial(const Address &address);

} // namespace llb::buildkit

#endif
