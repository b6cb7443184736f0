// SPDX-License-Identifier: Apache-2.0
//
// The calling thread writes the pieces in order, and prints some itself while
// the one that is due is not ready: with no other threads, if the system gives
// none, it does everything.
#include "OrderedPrint.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <vector>

namespace llb::ir {
namespace {

/// Bytes of items that are one piece.
constexpr size_t pieceSize = 1 << 17;
constexpr size_t maxThreads = 4;

class OrderedPrinter {
public:
  using Print = llvm::function_ref<void(size_t, size_t, std::string &)>;

  OrderedPrinter(llvm::ArrayRef<size_t> ends, Print print)
      : ends(ends), print(print) {}

  void run(llvm::raw_ostream &out);

private:
  struct Slot {
    std::string text;
    bool isReady = false;
  };

  void printPiece(size_t piece, Slot &slot) {
    slot.text.clear();
    print(piece == 0 ? 0 : ends[piece - 1], ends[piece], slot.text);
  }
  Slot &slotOf(size_t piece) { return slots[piece % slots.size()]; }
  bool printNext(std::unique_lock<std::mutex> &lock);
  void help();

  llvm::ArrayRef<size_t> ends;
  Print print;
  std::mutex mutex;
  std::condition_variable changed;
  /// As many pieces may be printed before they are written.
  std::vector<Slot> slots;
  /// The first piece that nobody has begun, and the first not yet written.
  size_t next = 0;
  size_t written = 0;
};

/// Prints the first piece that nobody has begun, if there is a slot for it.
/// `lock` is held before and after.
bool OrderedPrinter::printNext(std::unique_lock<std::mutex> &lock) {
  if (next == ends.size() || next == written + slots.size())
    return false;
  Slot &slot = slotOf(next);
  size_t piece = next++;
  lock.unlock();
  printPiece(piece, slot);
  lock.lock();
  slot.isReady = true;
  changed.notify_all();
  return true;
}

/// What the other threads do.
void OrderedPrinter::help() {
  std::unique_lock lock(mutex);
  while (next != ends.size())
    if (!printNext(lock))
      changed.wait(lock);
}

void OrderedPrinter::run(llvm::raw_ostream &out) {
  size_t wanted = std::clamp<size_t>(
      std::min<size_t>(std::thread::hardware_concurrency(), ends.size() / 2), 1,
      maxThreads);
  slots.resize(2 * wanted);
  std::vector<pthread_t> helpers;
  auto enter = [](void *self) -> void * {
    static_cast<OrderedPrinter *>(self)->help();
    return nullptr;
  };
  pthread_t helper;
  while (helpers.size() + 1 < wanted &&
         pthread_create(&helper, nullptr, enter, this) == 0)
    helpers.push_back(helper);

  std::unique_lock lock(mutex);
  for (size_t piece = 0; piece < ends.size(); ++piece) {
    Slot &slot = slotOf(piece);
    // While another thread is at this piece, go on with a later one.
    while (!slot.isReady)
      if (!printNext(lock))
        changed.wait(lock);
    lock.unlock();
    out << slot.text;
    lock.lock();
    slot.isReady = false;
    written = piece + 1;
    changed.notify_all();
  }
  lock.unlock();
  for (pthread_t each : helpers)
    pthread_join(each, nullptr);
}

} // namespace

void printInOrder(
    llvm::ArrayRef<size_t> ends,
    llvm::function_ref<void(size_t begin, size_t end, std::string &text)> print,
    llvm::raw_ostream &out) {
  OrderedPrinter(ends, print).run(out);
}

std::vector<size_t> piecesOf(size_t count,
                             llvm::function_ref<size_t(size_t)> size) {
  std::vector<size_t> ends;
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i) {
    bytes += size(i);
    if (bytes < pieceSize && i + 1 < count)
      continue;
    ends.push_back(i + 1);
    bytes = 0;
  }
  return ends;
}

} // namespace llb::ir
