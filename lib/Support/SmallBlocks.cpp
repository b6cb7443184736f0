// SPDX-License-Identifier: Apache-2.0
//
// `new` and `delete` of the static tools. A compilation makes thousands of
// small objects, and malloc takes a quarter of its instructions to find, split
// and join their memory. Here a small block comes from a list of its size or
// from the end of a chunk, and goes back to its list: nothing is ever split or
// joined, so what one size had is not given to another, nor to the system.
// Large blocks are malloc's.
//
// A block is preceded by its size, as malloc's are, so memory is as dense. The
// lists are the thread's own, and a block may go to another thread's list than
// it came from; a thread that ends takes its lists along, so this is not for
// programs whose threads come and go.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <llvm/Support/ErrorHandling.h>
#include <new>

namespace {

/// Blocks are multiples of this, and aligned to it.
constexpr size_t granule = 16;
constexpr size_t headerSize = sizeof(uint64_t);
/// The most granules of a small block, its header included.
constexpr size_t maxGranules = 64;
constexpr size_t chunkSize = size_t(64) << 10;

struct FreeBlock {
  FreeBlock *next;
};

struct Pool {
  /// Free blocks by their granules.
  FreeBlock *free[maxGranules + 1];
  /// What is left of the last chunk; a header is to be put at its beginning.
  char *begin;
  char *end;
};

constinit thread_local Pool pool = {};

/// The granules of a small block; 0 of a large one.
uint64_t &granulesOf(void *block) { return static_cast<uint64_t *>(block)[-1]; }

char *allocate(size_t size) {
  void *memory = std::malloc(size);
  if (!memory)
    llvm::report_bad_alloc_error("out of memory");
  return static_cast<char *>(memory);
}

[[gnu::noinline]] void *newLarge(size_t size) {
  if (size > SIZE_MAX - granule)
    llvm::report_bad_alloc_error("out of memory");
  void *block = allocate(size + granule) + granule;
  granulesOf(block) = 0;
  return block;
}

[[gnu::noinline]] void *cutFromChunk(size_t granules) {
  size_t size = granules * granule;
  if (static_cast<size_t>(pool.end - pool.begin) < size) {
    char *chunk = allocate(chunkSize);
    pool.begin = chunk + granule - headerSize;
    pool.end = chunk + chunkSize;
  }
  void *block = pool.begin + headerSize;
  pool.begin += size;
  granulesOf(block) = granules;
  return block;
}

} // namespace

void *operator new(size_t size) {
  size_t granules = (size + headerSize + granule - 1) / granule;
  if (granules > maxGranules || size > SIZE_MAX / 2)
    return newLarge(size);
  FreeBlock *block = pool.free[granules];
  if (!block)
    return cutFromChunk(granules);
  pool.free[granules] = block->next;
  return block;
}

void operator delete(void *memory) noexcept {
  if (!memory)
    return;
  size_t granules = granulesOf(memory);
  if (granules == 0)
    return std::free(static_cast<char *>(memory) - granule);
  auto *block = static_cast<FreeBlock *>(memory);
  block->next = pool.free[granules];
  pool.free[granules] = block;
}

void operator delete(void *memory, size_t) noexcept { operator delete(memory); }

void *operator new(size_t size, std::align_val_t align) {
  auto alignment = static_cast<size_t>(align);
  if (alignment <= granule)
    return operator new(size);
  void *memory = nullptr;
  if (posix_memalign(&memory, alignment, size) != 0)
    llvm::report_bad_alloc_error("out of memory");
  return memory;
}

void operator delete(void *memory, std::align_val_t align) noexcept {
  if (static_cast<size_t>(align) <= granule)
    operator delete(memory);
  else
    std::free(memory);
}

void operator delete(void *memory, size_t, std::align_val_t align) noexcept {
  operator delete(memory, align);
}
