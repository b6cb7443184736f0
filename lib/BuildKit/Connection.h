// SPDX-License-Identifier: Apache-2.0
//
// A way to a daemon for gRPC, which talks over one descriptor, with whatever
// keeps it open.
#ifndef LLB_BUILDKIT_CONNECTION_H
#define LLB_BUILDKIT_CONNECTION_H

#include "llb/BuildKit/Address.h"
#include "llb/Support/UniqueFd.h"

#include <memory>

namespace llb::buildkit {

class Connection {
public:
  /// Connects to the daemon, through TLS if `tls` has a CA.
  static llvm::Expected<std::unique_ptr<Connection>>
  open(const Address &address, const TlsFiles &tls);
  virtual ~Connection();

  /// The descriptor for gRPC, which closes it. To be called once.
  int takeSocket() { return socket.release(); }
  /// Ends it in the middle; from any thread.
  void cut();
  /// What the way there knows about why it ended; empty if nothing. To be
  /// called after the end.
  virtual std::string reason() { return ""; }

protected:
  /// Takes over a descriptor that does not block.
  explicit Connection(UniqueFd socket);

private:
  UniqueFd socket;
  /// The same connection, to cut it by.
  UniqueFd handle;
};

/// A pair of sockets of which the first does not block, for gRPC.
llvm::Error makeSocketPair(UniqueFd &outer, UniqueFd &inner);

} // namespace llb::buildkit

#endif
