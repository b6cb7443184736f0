// SPDX-License-Identifier: Apache-2.0
//
// A file descriptor that is closed with its owner.
#ifndef LLB_SUPPORT_UNIQUEFD_H
#define LLB_SUPPORT_UNIQUEFD_H

#include <unistd.h>
#include <utility>

namespace llb {

class UniqueFd {
public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd(fd) {}
  UniqueFd(UniqueFd &&other) noexcept : fd(std::exchange(other.fd, -1)) {}
  UniqueFd &operator=(UniqueFd &&other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  ~UniqueFd() { reset(); }

  bool valid() const { return fd >= 0; }
  int get() const { return fd; }
  int release() { return std::exchange(fd, -1); }
  void reset() {
    if (fd >= 0)
      close(fd);
    fd = -1;
  }

private:
  int fd = -1;
};

} // namespace llb

#endif
