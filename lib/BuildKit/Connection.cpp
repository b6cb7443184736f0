// SPDX-License-Identifier: Apache-2.0
//
// Three ways: a socket as it is, a socket through TLS, and a program that has
// the daemon at its other end.
#include "Connection.h"
#include "ChildProgram.h"
#include "Dial.h"
#include "TlsTunnel.h"

#include "llb/Support/Errors.h"

#include <fcntl.h>
#include <sys/socket.h>

namespace llb::buildkit {
namespace {

class PlainConnection final : public Connection {
public:
  explicit PlainConnection(UniqueFd socket) : Connection(std::move(socket)) {}
};

} // namespace

Connection::Connection(UniqueFd socket)
    : socket(std::move(socket)),
      handle(fcntl(this->socket.get(), F_DUPFD_CLOEXEC, 0)) {}

Connection::~Connection() = default;

void Connection::cut() { shutdown(handle.get(), SHUT_RDWR); }

llvm::Error makeSocketPair(UniqueFd &outer, UniqueFd &inner) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return errnoError("cannot make a socket pair");
  outer = UniqueFd(ends[0]);
  inner = UniqueFd(ends[1]);
  if (fcntl(ends[0], F_SETFL, O_RDWR | O_NONBLOCK) != 0)
    return errnoError("cannot prepare a socket");
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Connection>>
Connection::open(const Address &address, const TlsFiles &tls) {
  if (!tls.ca.empty() && address.kind != Address::Kind::Tcp)
    return dialError(address, "TLS is for tcp:// alone; leave --tls... out");
  if (address.kind == Address::Kind::Program)
    return ChildProgram::start(address);
  auto socket = dial(address);
  if (!socket)
    return socket.takeError();
  if (!tls.ca.empty())
    return TlsTunnel::open(std::move(*socket), address, tls);
  return std::make_unique<PlainConnection>(std::move(*socket));
}

} // namespace llb::buildkit
