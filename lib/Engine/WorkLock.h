// SPDX-License-Identifier: Apache-2.0
//
// Work that only one at a time does of all who use a store, in whatever
// process: a step by its key, a layer by its identity. The lock is a locked
// file, work/<digest>, which whoever ends it removes; that of a process that
// dies is free, and its file goes when a store is opened.
//
// Nobody waits for a second lock while holding one, but for the folders of
// cache mounts, which are taken in one order (RunMounts.cpp), and for layers,
// whose holders wait for nothing but layers below. So there is no circle of
// waiting.
#ifndef LLB_ENGINE_WORKLOCK_H
#define LLB_ENGINE_WORKLOCK_H

#include "llb/Engine/Store.h"

#include <functional>

namespace llb::engine {

class WorkLock {
public:
  /// Takes the lock if nobody has it; nothing if somebody does.
  static llvm::Expected<std::optional<WorkLock>> tryTake(const Store &store,
                                                         const Digest &name);
  /// Waits for it; an error when `canceled`.
  static llvm::Expected<WorkLock> take(const Store &store, const Digest &name,
                                       const std::function<bool()> &canceled);
  WorkLock(WorkLock &&) noexcept = default;
  WorkLock &operator=(WorkLock &&) = delete;
  ~WorkLock();

private:
  WorkLock(std::string path, UniqueFd fd)
      : path(std::move(path)), fd(std::move(fd)) {}

  std::string path;
  UniqueFd fd;
};

} // namespace llb::engine

#endif
