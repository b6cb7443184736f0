// SPDX-License-Identifier: Apache-2.0
//
// Blocks go around in a ring: the caller fills them, one thread hashes what is
// in them, others compress, and one more hashes and passes on what came out, in
// order. A tar of one block, as most are, needs no thread.
#include "TarPacker.h"

#include "Compressor.h"

#include "llb/Support/Hasher.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace llb::backend {
namespace {

constexpr size_t blockSize = size_t(1) << 20;
constexpr size_t ringSize = 8;
constexpr unsigned maxPackers = 6;

struct Block {
  std::string in, out;
  bool packed = false;
};

} // namespace

class TarPacker::Pipeline {
public:
  Pipeline(Compression compression, std::optional<int> level, ByteSink sink)
      : compression(compression), level(level), sink(std::move(sink)),
        inOrder(compression != Compression::None &&
                !BlockCompressor::canDo(compression, level)) {}
  ~Pipeline() { stop(); }

  llvm::Error write(std::string_view data);
  llvm::Expected<Packed> finish();

private:
  Block &slot(size_t number) { return ring[number % ringSize]; }
  void start();
  void stop();
  void hashAll();
  void packAll();
  void writeAll();
  llvm::Error push();
  llvm::Error hash(const Block &block);
  llvm::Error pack(size_t number, BlockCompressor *worker, bool isLast);
  llvm::Error pass(const Block &block);
  void fail(llvm::Error error);
  llvm::Error failure();

  Compression compression;
  std::optional<int> level;
  ByteSink sink;
  /// Whether blocks depend on those before, so that one thread packs them.
  bool inOrder;
  std::unique_ptr<Compressor> stream;
  std::string *streamOut = nullptr;
  Hasher tarHash, blobHash;
  uint32_t crc = 0;
  int64_t tarSize = 0, blobSize = 0;

  std::array<Block, ringSize> ring;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable changed;
  /// Numbers of blocks: filled, taken by a packer, hashed, passed on.
  size_t filled = 0, taken = 0, hashed = 0, passed = 0;
  bool ended = false;
  std::string error;
};

void TarPacker::Pipeline::fail(llvm::Error reason) {
  std::lock_guard<std::mutex> lock(mutex);
  std::string text = llvm::toString(std::move(reason));
  if (error.empty())
    error = std::move(text);
  ended = true;
  changed.notify_all();
}

llvm::Error TarPacker::Pipeline::failure() {
  if (error.empty())
    return llvm::Error::success();
  return llvm::createStringError(std::make_error_code(std::errc::io_error),
                                 "%s", error.c_str());
}

llvm::Error TarPacker::Pipeline::hash(const Block &block) {
  tarHash.update(block.in);
  if (compression == Compression::Gzip && !inOrder)
    crc = BlockCompressor::continueChecksum(crc, block.in);
  return llvm::Error::success();
}

llvm::Error TarPacker::Pipeline::pack(size_t number, BlockCompressor *worker,
                                      bool isLast) {
  Block &block = slot(number);
  block.out.clear();
  if (compression == Compression::None)
    return llvm::Error::success();
  if (worker) {
    if (number == 0)
      block.out = BlockCompressor::header();
    return worker->compress(block.in, block.out);
  }
  if (!stream)
    stream = Compressor::create(compression, level,
                                [this](std::string_view data) -> llvm::Error {
                                  *streamOut += data;
                                  return llvm::Error::success();
                                });
  streamOut = &block.out;
  if (llvm::Error failed = stream->write(block.in))
    return failed;
  return isLast ? stream->finish() : llvm::Error::success();
}

llvm::Error TarPacker::Pipeline::pass(const Block &block) {
  // What is not compressed has the digest of the tar.
  bool isPlain = compression == Compression::None;
  const std::string &data = isPlain ? block.in : block.out;
  if (!isPlain)
    blobHash.update(data);
  blobSize += static_cast<int64_t>(data.size());
  return sink(data);
}

void TarPacker::Pipeline::hashAll() {
  std::unique_lock<std::mutex> lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return ended || hashed < filled; });
    if (!error.empty() || hashed == filled)
      return;
    Block &block = slot(hashed);
    lock.unlock();
    if (llvm::Error failed = hash(block))
      fail(std::move(failed));
    lock.lock();
    ++hashed;
    changed.notify_all();
  }
}

void TarPacker::Pipeline::packAll() {
  std::optional<BlockCompressor> worker;
  if (!inOrder && compression != Compression::None)
    worker.emplace(level);
  std::unique_lock<std::mutex> lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return ended || taken < filled; });
    if (!error.empty() || taken == filled)
      return;
    size_t number = taken++;
    lock.unlock();
    if (llvm::Error failed = pack(number, worker ? &*worker : nullptr, false))
      fail(std::move(failed));
    lock.lock();
    slot(number).packed = true;
    changed.notify_all();
  }
}

void TarPacker::Pipeline::writeAll() {
  std::unique_lock<std::mutex> lock(mutex);
  for (;;) {
    changed.wait(lock, [&] {
      bool isReady = passed < filled && slot(passed).packed;
      return isReady || !error.empty() || (ended && passed == filled);
    });
    if (!error.empty() || passed == filled)
      return;
    Block &block = slot(passed);
    lock.unlock();
    if (llvm::Error failed = pass(block))
      fail(std::move(failed));
    lock.lock();
    ++passed;
    changed.notify_all();
  }
}

void TarPacker::Pipeline::start() {
  unsigned packers =
      inOrder || compression == Compression::None
          ? 1
          : std::clamp(std::thread::hardware_concurrency(), 1u, maxPackers);
  threads.emplace_back([this] { hashAll(); });
  threads.emplace_back([this] { writeAll(); });
  for (unsigned i = 0; i < packers; ++i)
    threads.emplace_back([this] { packAll(); });
}

void TarPacker::Pipeline::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    ended = true;
    changed.notify_all();
  }
  for (std::thread &thread : threads)
    thread.join();
  threads.clear();
}

/// Hands the block that is being filled to the threads and waits for another.
llvm::Error TarPacker::Pipeline::push() {
  if (threads.empty())
    start();
  std::unique_lock<std::mutex> lock(mutex);
  ++filled;
  changed.notify_all();
  changed.wait(lock, [&] {
    return !error.empty() || filled - std::min(hashed, passed) < ringSize;
  });
  Block &next = slot(filled);
  next.in.clear();
  next.packed = false;
  return failure();
}

llvm::Error TarPacker::Pipeline::write(std::string_view data) {
  tarSize += static_cast<int64_t>(data.size());
  while (!data.empty()) {
    std::string &in = slot(filled).in;
    if (in.size() == blockSize)
      if (llvm::Error failed = push())
        return failed;
    std::string &to = slot(filled).in;
    if (to.empty())
      to.reserve(std::min(blockSize, std::max(data.size(), size_t(1) << 16)));
    size_t part = std::min(blockSize - to.size(), data.size());
    to.append(data.substr(0, part));
    data.remove_prefix(part);
  }
  return llvm::Error::success();
}

llvm::Expected<Packed> TarPacker::Pipeline::finish() {
  // The last block stays with this thread.
  stop();
  if (llvm::Error failed = failure())
    return failed;
  Block &last = slot(filled);
  if (llvm::Error failed = hash(last))
    return failed;
  std::optional<BlockCompressor> worker;
  if (!inOrder && compression != Compression::None)
    worker.emplace(level);
  if (llvm::Error failed = pack(filled, worker ? &*worker : nullptr, true))
    return failed;
  if (worker)
    last.out += BlockCompressor::trailer(crc, tarSize);
  if (llvm::Error failed = pass(last))
    return failed;
  Digest diffId = tarHash.finish();
  return Packed{diffId,
                compression == Compression::None ? diffId : blobHash.finish(),
                blobSize};
}

TarPacker::TarPacker(Compression compression, std::optional<int> level,
                     ByteSink sink)
    : pipeline(
          std::make_unique<Pipeline>(compression, level, std::move(sink))) {}
TarPacker::~TarPacker() = default;

llvm::Error TarPacker::write(std::string_view data) {
  return pipeline->write(data);
}
llvm::Expected<Packed> TarPacker::finish() { return pipeline->finish(); }

} // namespace llb::backend
