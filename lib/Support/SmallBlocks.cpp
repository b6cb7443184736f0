// SPDX-License-Identifier: Apache-2.0
//
// `new` and `delete` of the static tools. A compilation makes thousands of
// small objects, and malloc takes a quarter of its instructions to find, split
// and join their memory. Here a small block comes from a list of its size or
// from the end of a chunk, and goes back to its list: nothing is ever split or
// joined, so what one size had is not given to another, nor to the system.
// Large blocks are malloc's.
//
// The first chunks hold blocks of all sizes side by side, so that a short run
// touches few pages. What comes after them is for long runs, where blocks that
// are used together have to lie together: a chunk is of one size and keeps its
// own list, and when the last of its blocks is free it is handed out again from
// its beginning.
//
// A block is preceded by where it is from, a word, so memory is as dense as
// malloc's. The lists are the thread's own, and a block may go to another
// thread's list than it came from; a thread that ends takes its lists along, so
// this is not for programs whose threads come and go.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <llvm/Support/ErrorHandling.h>
#include <new>

namespace {

/// Blocks are multiples of this, and aligned to it.
constexpr size_t granule = 16;
/// The most granules of a small block, its header included.
constexpr size_t maxGranules = 64;
constexpr size_t chunkSize = size_t(64) << 10;
/// What chunks of all sizes have together at most.
constexpr size_t mixedSize = size_t(1) << 20;

struct FreeBlock {
  FreeBlock *next;
};

struct Pool;

/// Stands at the beginning of a chunk whose blocks are of one size.
struct Chunk {
  Pool *owner;
  uint32_t granules;
  uint32_t used = 0;
  /// What was not handed out since the last time that all of it was free.
  char *begin;
  FreeBlock *free = nullptr;
  /// The next one of this size that has free blocks.
  Chunk *next = nullptr;
  /// Whether it is in its owner's list.
  bool listed = false;
};

/// What precedes a block: 0 for malloc's, the granules for those of mixed
/// chunks, else the address of the chunk.
using Header = uintptr_t;
constexpr size_t headerSize = sizeof(Header);
/// Where the first block of a chunk begins, its header included.
constexpr size_t chunkBegin =
    (sizeof(Chunk) + headerSize + granule - 1) / granule * granule - headerSize;

struct Pool {
  /// Free blocks of mixed chunks, and of other threads' chunks, by granules.
  FreeBlock *free[maxGranules + 1];
  /// Chunks with free blocks by the granules of those.
  Chunk *chunks[maxGranules + 1];
  /// What is left of the last mixed chunk; a header is to be put at its
  /// beginning.
  char *begin;
  char *end;
  size_t mixed;
};

constinit thread_local Pool pool = {};

Header &headerOf(void *block) { return static_cast<Header *>(block)[-1]; }

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
  headerOf(block) = 0;
  return block;
}

void *cut(char *&begin, size_t size, Header header) {
  void *block = begin + headerSize;
  begin += size;
  headerOf(block) = header;
  return block;
}

void list(Chunk *chunk) {
  chunk->next = pool.chunks[chunk->granules];
  pool.chunks[chunk->granules] = chunk;
  chunk->listed = true;
}

void addChunk(size_t granules) {
  char *memory = allocate(chunkSize);
  list(new (memory) Chunk{.owner = &pool,
                          .granules = static_cast<uint32_t>(granules),
                          .begin = memory + chunkBegin});
}

[[gnu::noinline]] void *newFromChunk(size_t granules) {
  size_t size = granules * granule;
  if (static_cast<size_t>(pool.end - pool.begin) < size &&
      pool.mixed < mixedSize) {
    char *memory = allocate(chunkSize);
    pool.begin = memory + granule - headerSize;
    pool.end = memory + chunkSize;
    pool.mixed += chunkSize;
  }
  if (static_cast<size_t>(pool.end - pool.begin) >= size)
    return cut(pool.begin, size, granules);
  for (;;) {
    Chunk *chunk = pool.chunks[granules];
    if (!chunk) {
      addChunk(granules);
      continue;
    }
    if (FreeBlock *block = chunk->free) {
      chunk->free = block->next;
      ++chunk->used;
      return block;
    }
    char *end = reinterpret_cast<char *>(chunk) + chunkSize;
    if (static_cast<size_t>(end - chunk->begin) >= size) {
      ++chunk->used;
      return cut(chunk->begin, size, reinterpret_cast<Header>(chunk));
    }
    pool.chunks[granules] = chunk->next;
    chunk->listed = false;
  }
}

void freeInto(FreeBlock *&blocks, void *memory) {
  auto *block = static_cast<FreeBlock *>(memory);
  block->next = blocks;
  blocks = block;
}

} // namespace

void *operator new(size_t size) {
  size_t granules = (size + headerSize + granule - 1) / granule;
  if (granules > maxGranules || size > SIZE_MAX / 2)
    return newLarge(size);
  FreeBlock *block = pool.free[granules];
  if (!block)
    return newFromChunk(granules);
  pool.free[granules] = block->next;
  return block;
}

void operator delete(void *memory) noexcept {
  if (!memory)
    return;
  Header header = headerOf(memory);
  if (header == 0)
    return std::free(static_cast<char *>(memory) - granule);
  if (header <= maxGranules)
    return freeInto(pool.free[header], memory);
  auto *chunk = reinterpret_cast<Chunk *>(header);
  if (chunk->owner != &pool)
    return freeInto(pool.free[chunk->granules], memory);
  freeInto(chunk->free, memory);
  if (--chunk->used == 0) {
    chunk->free = nullptr;
    chunk->begin = reinterpret_cast<char *>(chunk) + chunkBegin;
  }
  if (!chunk->listed)
    list(chunk);
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
