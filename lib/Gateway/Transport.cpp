// SPDX-License-Identifier: Apache-2.0
//
// Two threads, one a direction: if both pipes are full, one thread for both
// would wait for a daemon that waits for us.
#include "Transport.h"
#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace llb::gateway {
namespace {

/// Copies until the end of `from`, or until `wake`, if it is valid, has
/// something to read.
void pump(int from, int to, int wake) {
  char buffer[64 << 10];
  while (true) {
    pollfd waiting[] = {{from, POLLIN, 0}, {wake, POLLIN, 0}};
    int ready = poll(waiting, 2, -1);
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready < 0 || waiting[1].revents)
      return;
    ssize_t n = read(from, buffer, sizeof buffer);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (n <= 0 || writeAll(to, {buffer, static_cast<size_t>(n)}))
      return;
  }
}

} // namespace

llvm::Expected<std::unique_ptr<Transport>> Transport::start(int in, int out) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return llvm::createStringError(
        std::error_code(errno, std::generic_category()),
        "cannot make a socket pair");
  std::unique_ptr<Transport> result(new Transport);
  result->socket = UniqueFd(ends[0]);
  result->inner = UniqueFd(ends[1]);
  result->wake = UniqueFd(eventfd(0, EFD_CLOEXEC));
  if (!result->wake.valid() ||
      fcntl(ends[0], F_SETFL, O_RDWR | O_NONBLOCK) != 0)
    return llvm::createStringError(
        std::error_code(errno, std::generic_category()),
        "cannot prepare the connection");
  int inner = ends[1], wake = result->wake.get();
  result->reader = std::thread([=] {
    pump(in, inner, wake);
    // The daemon is gone: gRPC is to notice.
    shutdown(inner, SHUT_WR);
  });
  result->writer = std::thread([=] { pump(inner, out, -1); });
  return result;
}

Transport::~Transport() {
  socket.reset();
  if (writer.joinable())
    writer.join();
  uint64_t one = 1;
  if (wake.valid() && write(wake.get(), &one, sizeof one) < 0)
    return;
  if (reader.joinable())
    reader.join();
}

} // namespace llb::gateway
