// SPDX-License-Identifier: Apache-2.0
//
// A connection through TLS. The archive of gRPC that links statically has none,
// so a thread carries the bytes between its socket and OpenSSL.
#ifndef LLB_BUILDKIT_TLSTUNNEL_H
#define LLB_BUILDKIT_TLSTUNNEL_H

#include "Connection.h"

#include <mutex>
#include <openssl/ssl.h>
#include <thread>

namespace llb::buildkit {

class TlsTunnel final : public Connection {
public:
  /// Shakes hands over `socket`, within 20 seconds: the daemon must have a
  /// certificate for its name, by the CA.
  static llvm::Expected<std::unique_ptr<Connection>>
  open(UniqueFd socket, const Address &address, const TlsFiles &files);
  ~TlsTunnel() override;

  /// An alert of the daemon's, such as that it does not know us.
  std::string reason() override;

private:
  struct Free {
    void operator()(SSL_CTX *context) const { SSL_CTX_free(context); }
    void operator()(SSL *ssl) const { SSL_free(ssl); }
  };
  using Context = std::unique_ptr<SSL_CTX, Free>;
  using Stream = std::unique_ptr<SSL, Free>;
  /// Bytes on their way, from `begin` on.
  struct Pending {
    std::string bytes;
    size_t begin = 0;
    bool empty() const { return begin == bytes.size(); }
  };

  static llvm::Expected<Context> makeContext(const Address &address,
                                             const TlsFiles &files);

  TlsTunnel(UniqueFd outer, UniqueFd inner, UniqueFd network, Stream ssl)
      : Connection(std::move(outer)), inner(std::move(inner)),
        network(std::move(network)), ssl(std::move(ssl)) {}
  /// What moved on in one direction: something, nothing, or the end of it.
  enum class Moved { Some, None, End };
  Moved readInner();
  Moved writeInner();
  Moved readNetwork();
  Moved writeNetwork();
  Moved judge(int result);
  void run();

  UniqueFd inner, network;
  Stream ssl;
  Pending outgoing, incoming;
  /// The daemon takes nothing more; what is for it is dropped.
  bool isUnheard = false;
  std::thread carrier;
  std::mutex mutex;
  std::string alert;
};

} // namespace llb::buildkit

#endif
