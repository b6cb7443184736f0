// SPDX-License-Identifier: Apache-2.0
//
// Whether a file was written to while it was read: then what was read is
// neither what it was nor what it is.
#ifndef LLB_ENGINE_READWATCH_H
#define LLB_ENGINE_READWATCH_H

#include "llb/Support/Errors.h"
#include "llb/Support/Nanoseconds.h"

#include <cerrno>
#include <sys/stat.h>

namespace llb::engine {

/// What is said of a file of which ESTALE is the error, here or elsewhere.
inline llvm::Error changedError(const std::string &path) {
  return textError(path +
                   ": it has changed since the build began, build again");
}

class ReadWatch {
public:
  /// To be made before the first byte of `fd` is read.
  explicit ReadWatch(int fd) : fd(fd), error(look(size, time)) {}

  /// After the last one: ESTALE if the file is longer, shorter or younger than
  /// before; 0 if it is not, or errno. Links to it may have come and gone.
  int check() const {
    off_t sizeNow = 0;
    int64_t timeNow = 0;
    if (int failed = error ? error : look(sizeNow, timeNow))
      return failed;
    return sizeNow == size && timeNow == time ? 0 : ESTALE;
  }

private:
  int look(off_t &itsSize, int64_t &itsTime) const {
    struct stat info;
    if (fstat(fd, &info))
      return errno;
    itsSize = info.st_size;
    itsTime = nanosecondsOf(info.st_mtim);
    return 0;
  }

  int fd;
  off_t size = 0;
  int64_t time = 0;
  int error;
};

} // namespace llb::engine

#endif
