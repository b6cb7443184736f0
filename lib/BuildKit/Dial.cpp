// SPDX-License-Identifier: Apache-2.0
//
// gRPC could look names up and connect itself, but would try again and again
// and not say what is wrong.
#include "Dial.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace llb::buildkit {

llvm::Error dialError(const Address &address, const std::string &reason) {
  return llvm::createStringError(std::make_error_code(std::errc::not_connected),
                                 "no BuildKit daemon at %s: %s",
                                 address.str().c_str(), reason.c_str());
}

namespace {

/// What can be done about a connection that failed with this errno.
llvm::Error connectError(const Address &address, int error) {
  std::string reason = std::strerror(error);
  if (error == ENOENT || error == ECONNREFUSED)
    reason += "; start buildkitd there, or name another place with "
              "--builder=buildkit://ADDRESS or BUILDKIT_HOST";
  else if (error == EACCES || error == EPERM)
    reason += "; its socket is for root, or for the group that buildkitd's "
              "--group names";
  return dialError(address, reason);
}

/// Returns errno, or 0.
int connectWithin(int fd, const sockaddr *address, socklen_t size) {
  if (connect(fd, address, size) == 0)
    return 0;
  if (errno != EINPROGRESS && errno != EAGAIN)
    return errno;
  pollfd waiting{fd, POLLOUT, 0};
  int ready = poll(&waiting, 1, connectMilliseconds);
  if (ready == 0)
    return ETIMEDOUT;
  int error = errno;
  socklen_t length = sizeof error;
  if (ready > 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
    error = errno;
  return error;
}

/// A peer that is gone without a word is noticed by the kernel.
void watchPeer(int fd) {
  auto set = [fd](int level, int name, int value) {
    setsockopt(fd, level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 25'000);
}

llvm::Expected<UniqueFd> dialUnix(const Address &address) {
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  if (address.place.size() >= sizeof name.sun_path)
    return dialError(address, "the path is longer than a socket's can be");
  std::memcpy(name.sun_path, address.place.c_str(), address.place.size());
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid())
    return connectError(address, errno);
  if (int error = connectWithin(
          fd.get(), reinterpret_cast<const sockaddr *>(&name), sizeof name))
    return connectError(address, error);
  return fd;
}

llvm::Expected<UniqueFd> dialTcp(const Address &address) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo *found = nullptr;
  if (int error = getaddrinfo(address.place.c_str(), address.port.c_str(),
                              &hints, &found))
    return dialError(address, gai_strerror(error));
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, freeaddrinfo);
  int error = EADDRNOTAVAIL;
  for (const addrinfo *at = found; at; at = at->ai_next) {
    UniqueFd fd(
        socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid()) {
      error = errno;
      continue;
    }
    error = connectWithin(fd.get(), at->ai_addr, at->ai_addrlen);
    if (error)
      continue;
    watchPeer(fd.get());
    return fd;
  }
  return connectError(address, error);
}

} // namespace

llvm::Expected<UniqueFd> dial(const Address &address) {
  return address.kind == Address::Kind::Unix ? dialUnix(address)
                                             : dialTcp(address);
}

} // namespace llb::buildkit
