// SPDX-License-Identifier: Apache-2.0
//
// Visits that will be needed, done ahead by other threads. Whoever needs one
// that nobody has begun does it himself, and others while he waits for one that
// is begun.
#ifndef LLB_CONTEXT_VISITQUEUE_H
#define LLB_CONTEXT_VISITQUEUE_H

#include "FolderVisit.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_set>

namespace llb::context {

class VisitQueue {
public:
  ~VisitQueue();

  /// Starts the threads, if there are processors for them.
  void start();
  /// Whether one more may be added: what is ahead takes memory and descriptors.
  /// Who has few of his own gets some even if others have many.
  bool hasRoom(size_t own) const {
    return !threads.empty() && ahead < (own < 2 ? 3 * manyAhead : manyAhead);
  }
  /// Only while there is room.
  void add(std::shared_ptr<FolderVisit> visit);
  /// Returns when `visit`, added or not, is done.
  void finish(const std::shared_ptr<FolderVisit> &visit);

private:
  static constexpr size_t manyAhead = 32;

  void work();
  /// Does the first that waits, without the lock meanwhile.
  void runNext(std::unique_lock<std::mutex> &lock);

  /// Added and not finished; of the caller alone.
  size_t ahead = 0;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable added, done;
  bool isStopping = false;
  /// Those that nobody has begun.
  std::deque<std::shared_ptr<FolderVisit>> waiting;
  /// Those that a thread does, or has done.
  std::unordered_set<const FolderVisit *> running, ready;
};

} // namespace llb::context

#endif
