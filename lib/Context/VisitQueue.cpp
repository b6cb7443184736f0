// SPDX-License-Identifier: Apache-2.0
//
// The queue is short: it is searched from its beginning.
#include "VisitQueue.h"

#include <algorithm>

namespace llb::context {

void VisitQueue::start() {
  // More of them wait for each other in the kernel.
  unsigned count = std::min(std::thread::hardware_concurrency(), 4u);
  while (threads.size() + 1 < count)
    threads.emplace_back([this] { work(); });
}

VisitQueue::~VisitQueue() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    isStopping = true;
    waiting.clear();
  }
  added.notify_all();
  for (std::thread &thread : threads)
    thread.join();
}

void VisitQueue::runNext(std::unique_lock<std::mutex> &lock) {
  std::shared_ptr<FolderVisit> visit = std::move(waiting.front());
  waiting.pop_front();
  running.insert(visit.get());
  lock.unlock();
  visit->run();
  lock.lock();
  running.erase(visit.get());
  ready.insert(visit.get());
  done.notify_one();
}

void VisitQueue::work() {
  std::unique_lock<std::mutex> lock(mutex);
  while (true) {
    added.wait(lock, [this] { return isStopping || !waiting.empty(); });
    if (isStopping)
      return;
    runNext(lock);
  }
}

void VisitQueue::add(std::shared_ptr<FolderVisit> visit) {
  ++ahead;
  {
    std::lock_guard<std::mutex> lock(mutex);
    waiting.push_back(std::move(visit));
  }
  added.notify_one();
}

void VisitQueue::finish(const std::shared_ptr<FolderVisit> &visit) {
  std::unique_lock<std::mutex> lock(mutex);
  auto place = std::find(waiting.begin(), waiting.end(), visit);
  if (place != waiting.end()) {
    waiting.erase(place);
    --ahead;
  } else if (running.count(visit.get()) || ready.count(visit.get())) {
    while (!ready.count(visit.get()))
      if (waiting.empty())
        done.wait(lock);
      else
        runNext(lock);
    ready.erase(visit.get());
    --ahead;
    return;
  }
  lock.unlock();
  visit->run();
}

} // namespace llb::context
