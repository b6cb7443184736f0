// SPDX-License-Identifier: Apache-2.0
//
// What takes long about a small file is opening it. A large one is read when it
// is its turn, piece by piece.
#include "EntryQueue.h"

#include "llb/Engine/LayerForm.h"
#include "llb/Support/Errors.h"
#include "llb/Support/ReadFully.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>

namespace llb::backend {
namespace {

constexpr int64_t smallFile = 64 << 10;
/// What the queue holds at most, in entries and in bytes.
constexpr size_t maxItems = 512;
constexpr size_t maxWaiting = 2 << 20;
/// Fewer files are read faster than a thread starts, and so many at a time.
constexpr size_t worthThread = 64;
constexpr size_t pieceSize = 16;

} // namespace

void setCapability(TarEntry &entry, const std::string &value) {
  if (!value.empty())
    entry.records["SCHILY.xattr.security.capability"] = value;
}

llvm::Error EntryQueue::add(TarEntry entry) {
  items.push_back({std::move(entry), "", true, "", 0});
  return items.size() < maxItems ? llvm::Error::success() : flush();
}

llvm::Error EntryQueue::addFile(TarEntry entry, const std::string &path,
                                bool hasCapability) {
  if (entry.size <= smallFile)
    waiting += static_cast<size_t>(entry.size);
  items.push_back({std::move(entry), path, hasCapability, "", 0});
  return items.size() < maxItems && waiting < maxWaiting
             ? llvm::Error::success()
             : flush();
}

int EntryQueue::openFile(Item &item, UniqueFd &fd) const {
  if (item.hasCapability)
    return layer.open(item.path, fd);
  engine::Xattrs xattrs;
  if (int error = layer.openWithXattrs(item.path, fd, xattrs))
    return error;
  setCapability(item.entry, engine::capabilityIn(xattrs));
  return 0;
}

void EntryQueue::read(Item &item) const {
  UniqueFd fd;
  item.error = openFile(item, fd);
  if (item.error)
    return;
  engine::ReadWatch watch(fd.get());
  item.content.resize(static_cast<size_t>(item.entry.size));
  size_t size = item.content.size();
  if (readFully(fd.get(), item.content.data(), size) < size)
    item.error = errno ? errno : ESTALE;
  else
    item.error = watch.check();
}

void EntryQueue::readAll() {
  std::vector<Item *> small;
  for (Item &item : items)
    if (!item.path.empty() && item.entry.size <= smallFile)
      small.push_back(&item);
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t at = 0; (at = next.fetch_add(pieceSize)) < small.size();)
      for (size_t i = at; i < std::min(at + pieceSize, small.size()); ++i)
        read(*small[i]);
  };
  std::vector<std::thread> threads;
  size_t most = std::min<size_t>(std::thread::hardware_concurrency(),
                                 small.size() / worthThread);
  for (size_t i = 1; i < most; ++i)
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();
}

llvm::Error EntryQueue::Item::failure() const {
  if (error == ESTALE)
    return engine::changedError(path);
  if (!error)
    return llvm::Error::success();
  errno = error;
  return errnoError(path);
}

llvm::Error EntryQueue::write(Item &item) {
  UniqueFd fd;
  bool isLarge = !item.path.empty() && item.entry.size > smallFile;
  if (isLarge)
    item.error = openFile(item, fd);
  if (llvm::Error error = item.failure())
    return error;
  if (llvm::Error error = tar.header(item.entry))
    return error;
  if (!isLarge)
    return item.path.empty() ? llvm::Error::success()
                             : tar.content(item.content);
  engine::ReadWatch watch(fd.get());
  if (llvm::Error error = tar.contentOf(fd.get(), item.entry.size, item.path))
    return error;
  item.error = watch.check();
  return item.failure();
}

llvm::Error EntryQueue::flush() {
  readAll();
  for (Item &item : items)
    if (llvm::Error error = write(item))
      return error;
  items.clear();
  waiting = 0;
  return llvm::Error::success();
}

llvm::Error EntryQueue::finish() {
  if (llvm::Error error = flush())
    return error;
  return tar.finish();
}

} // namespace llb::backend
