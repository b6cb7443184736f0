// SPDX-License-Identifier: Apache-2.0
//
// The caller knows what a file that is shorter than it was means.
#include "llb/Support/ReadFully.h"

#include <cerrno>
#include <unistd.h>

namespace llb {

size_t readFully(int fd, char *to, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t n = ::read(fd, to + done, size - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n == 0)
      errno = 0;
    if (n <= 0)
      break;
    done += static_cast<size_t>(n);
  }
  return done;
}

} // namespace llb
