// SPDX-License-Identifier: Apache-2.0
//
// fsutil's protocol, as its receiver speaks it: entries come in order, and for
// each file that has content it is asked by number.
#ifndef LLB_BUILDKIT_RECEIVER_H
#define LLB_BUILDKIT_RECEIVER_H

#include "Call.h"
#include "ReceivedTree.h"

#include <deque>
#include <unordered_map>

namespace llb::buildkit {

class Receiver {
public:
  Receiver(const engine::DirTree &root, Call &call) : tree(root), call(call) {}

  /// Writes all that comes. Returns what is wrong, empty if nothing.
  std::string run();
  /// Tells the daemon that all is here, upon which it may call the build done.
  void sayFarewell();
  /// Whether what is wrong is that the daemon ended it, which knows why.
  bool isGone() const { return gone; }

private:
  /// A file whose content comes.
  struct Open {
    filesync::Stat stat;
    UniqueFd file;
    int64_t size = 0;
  };

  std::string take(filesync::Packet &packet);
  std::string takeEntry(filesync::Stat &stat);
  std::string takeData(const filesync::Packet &packet);
  /// Asks for files that wait, as many as may come at once.
  std::string askForMore();
  std::string ask(uint32_t id, filesync::Stat stat, UniqueFd file);
  std::string leftBy(std::string how) {
    gone = true;
    return how;
  }
  bool isComplete() const { return atEnd && waiting.empty() && open.empty(); }

  ReceivedTree tree;
  Call &call;
  /// Whether all entries have come.
  bool atEnd = false;
  bool gone = false;
  uint32_t count = 0;
  std::deque<std::pair<uint32_t, filesync::Stat>> waiting;
  size_t waitingBytes = 0;
  std::unordered_map<uint32_t, Open> open;
};

} // namespace llb::buildkit

#endif
