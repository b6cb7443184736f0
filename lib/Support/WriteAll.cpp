// SPDX-License-Identifier: Apache-2.0
//
// One loop for both calls, which differ in nothing but their last argument.
#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <llvm/ADT/STLFunctionalExtras.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace llb {

static int giveAll(int fd, std::string_view data,
                   llvm::function_ref<ssize_t(std::string_view)> give) {
  while (!data.empty()) {
    ssize_t n = give(data);
    if (n >= 0) {
      data.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd waiting{fd, POLLOUT, 0};
      poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int writeAll(int fd, std::string_view data) {
  return giveAll(fd, data, [fd](std::string_view rest) {
    return ::write(fd, rest.data(), rest.size());
  });
}

int sendAll(int socket, std::string_view data) {
  return giveAll(socket, data, [socket](std::string_view rest) {
    return ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
  });
}

} // namespace llb
