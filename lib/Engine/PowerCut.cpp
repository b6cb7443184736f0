// SPDX-License-Identifier: Apache-2.0
//
// Nothing waits for the disk, which gets what was written within half a minute.
// When the machine went down is not known, but not before the last layer was
// made. So the layers of the minute up to that one are those that may have
// holes; their directories go, and their steps run again. After an orderly
// shutdown this costs some steps for nothing, once.
#include "PowerCut.h"

#include "llb/Engine/Store.h"
#include "llb/Engine/Tree.h"

#include <algorithm>
#include <llvm/Support/MemoryBuffer.h>

namespace llb::engine {
namespace {

constexpr const char *bootNote = "boot";
constexpr time_t doubtfulSeconds = 60;

/// Another text each time that the machine starts; empty if there is none.
std::string currentBoot() {
  auto text =
      llvm::MemoryBuffer::getFileAsStream("/proc/sys/kernel/random/boot_id");
  return text ? (*text)->getBuffer().trim().str() : std::string();
}

} // namespace

void dropUnwritten(const std::string &root, Index &index) {
  std::string boot = currentBoot();
  std::optional<std::string> last = index.findNote(bootNote);
  if (boot.empty() || last == boot)
    return;
  DirTree layers = DirTree::openPath(root + "/layers");
  std::vector<std::string> names;
  if (last && layers.valid() && layers.list("/", names) == 0) {
    // A directory's change time is that of its move into place, or later.
    std::vector<std::pair<time_t, std::string>> made;
    time_t newest = 0;
    for (std::string &name : names) {
      FileStat info;
      if (layers.lstat("/" + name, info))
        continue;
      newest = std::max(newest, info.st_ctim.tv_sec);
      made.emplace_back(info.st_ctim.tv_sec, std::move(name));
    }
    for (const auto &[time, name] : made)
      if (time >= newest - doubtfulSeconds)
        layers.removeAll("/" + name);
  }
  // Without the note it is done once more.
  llvm::consumeError(index.putNote(bootNote, boot));
}

} // namespace llb::engine
