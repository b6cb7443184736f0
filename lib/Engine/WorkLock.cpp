// SPDX-License-Identifier: Apache-2.0
//
// A file is removed by who has it locked. Who opened it before and locks it
// after that has nothing, and tries again.
#include "WorkLock.h"

#include "llb/Support/LeadsTo.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

namespace llb::engine {

llvm::Expected<std::optional<WorkLock>> WorkLock::tryTake(const Store &store,
                                                          const Digest &name) {
  std::string path = store.root() + "/work/" + hexDigits(name);
  for (;;) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd.valid())
      return errnoError(path);
    if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      if (leadsTo(path, fd.get()))
        return WorkLock(std::move(path), std::move(fd));
    } else if (errno == EWOULDBLOCK) {
      return std::nullopt;
    } else if (errno != EINTR) {
      return errnoError(path);
    }
  }
}

llvm::Expected<WorkLock> WorkLock::take(const Store &store, const Digest &name,
                                        const std::function<bool()> &canceled) {
  constexpr useconds_t pause = 20000;
  for (;;) {
    auto lock = tryTake(store, name);
    if (!lock)
      return lock.takeError();
    if (*lock)
      return std::move(**lock);
    if (canceled())
      return textError("canceled");
    usleep(pause);
  }
}

WorkLock::~WorkLock() {
  if (fd.valid())
    ::unlink(path.c_str());
}

} // namespace llb::engine
