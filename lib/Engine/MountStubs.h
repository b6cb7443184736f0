// SPDX-License-Identifier: Apache-2.0
//
// Mount points that a runtime makes in a root file system, to be taken away
// after it.
#ifndef LLB_ENGINE_MOUNTSTUBS_H
#define LLB_ENGINE_MOUNTSTUBS_H

#include "llb/Engine/Tree.h"

namespace llb::engine {

class MountStubs {
public:
  /// Notes which of `dests`, and of hosts and resolv.conf, do not exist yet;
  /// with `recursive`, also which of the directories above them.
  MountStubs(const DirTree &root, const std::vector<std::string> &dests,
             bool recursive);

  /// Removes those that exist now and are empty, and gives their directories
  /// the times back that they had.
  void remove(const DirTree &root) const;

private:
  std::vector<std::string> missing;
};

} // namespace llb::engine

#endif
