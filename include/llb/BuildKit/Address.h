// SPDX-License-Identifier: Apache-2.0
//
// Where a BuildKit daemon listens, as BUILDKIT_HOST spells it, and how it is
// known there.
#ifndef LLB_BUILDKIT_ADDRESS_H
#define LLB_BUILDKIT_ADDRESS_H

#include <llvm/Support/Error.h>
#include <string>
#include <string_view>
#include <vector>

namespace llb::buildkit {

struct Address {
  enum class Kind { Unix, Tcp, Program };
  Kind kind = Kind::Unix;
  /// Path of the socket, or the name of the machine.
  std::string place;
  std::string port;
  /// What speaks with the daemon over its standard input and output.
  std::vector<std::string> command;
  /// As it was given.
  std::string text;

  /// Reads `unix://PATH`, `tcp://HOST:PORT`,
  /// `docker-container://NAME[?context=NAME]` or
  /// `ssh://[USER@]HOST[:PORT][/SOCKET]`, as BuildKit v0.32.2's buildctl does;
  /// without a scheme a path is a socket, all else a machine.
  static llvm::Expected<Address> parse(std::string_view text);
  std::string str() const;
};

/// Files in PEM by which a daemon at a machine's port and its client know each
/// other.
struct TlsFiles {
  /// Whom to believe about the daemon; empty: no TLS.
  std::string ca;
  /// Who we are; empty: anybody.
  std::string certificate, key;
  /// The daemon's name in its certificate; empty: that of the machine.
  std::string serverName;
};

} // namespace llb::buildkit

#endif
