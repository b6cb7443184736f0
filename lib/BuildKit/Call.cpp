// SPDX-License-Identifier: Apache-2.0
//
// Most messages are small, and 50,000 of them tell of a directory's files: they
// are put together here, and what has come is fetched all at once, so that
// neither lock nor thread is for one message.
#include "Call.h"
#include "SessionServer.h"

#include <llvm/Support/Endian.h>

namespace llb::buildkit {
namespace {

/// A longer message of the daemon's ends the call. BuildKit's are at most 3
/// MiB.
constexpr size_t largestMessage = 16 << 20;
/// How much goes together. Sending takes a turn of another thread, which is
/// long where there are few processors.
constexpr size_t batchSize = 48 << 10;
/// How much may be on its way.
constexpr size_t manyBytes = 256 << 10;
/// Before each message: whether it is compressed, and its length.
constexpr size_t prefixSize = 5;

} // namespace

Call::~Call() { server.kept -= taken.size() - used + received.size(); }

bool Call::nextTaken(std::string_view &message) {
  std::string_view left = std::string_view(taken).substr(used);
  if (left.size() < prefixSize)
    return false;
  if (left[0]) {
    refuse(grpc::StatusCode::UNIMPLEMENTED,
           "the daemon sent a compressed message, which it was not allowed");
    return false;
  }
  size_t size = llvm::support::endian::read32be(left.data() + 1);
  if (size > largestMessage) {
    refuse(grpc::StatusCode::RESOURCE_EXHAUSTED,
           "the daemon sent a message of " + std::to_string(size) +
               " bytes, which is larger than the largest of " +
               std::to_string(largestMessage));
    return false;
  }
  if (left.size() - prefixSize < size)
    return false;
  message = left.substr(prefixSize, size);
  used += prefixSize + size;
  server.kept -= prefixSize + size;
  return true;
}

bool Call::fetch(bool mayWait) {
  taken.erase(0, used);
  used = 0;
  std::unique_lock<std::mutex> lock(server.mutex);
  auto isDone = [this] {
    return isHalfClosed || isOver || isReadingStopped || !broken.ok();
  };
  if (mayWait)
    changed.wait(lock, [&] { return !received.empty() || isDone(); });
  if (isReadingStopped || !broken.ok())
    return false;
  if (received.empty()) {
    if (isHalfClosed && !taken.empty())
      broken = {grpc::StatusCode::INTERNAL, "half of a message came"};
    return false;
  }
  server.giveRoom(stream, received.size());
  if (taken.empty())
    taken.swap(received);
  else
    taken += received;
  received.clear();
  return true;
}

bool Call::take(Message &message, bool mayWait) {
  std::string_view bytes;
  while (!nextTaken(bytes))
    if (!fetch(mayWait))
      return false;
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return true;
  refuse(grpc::StatusCode::INVALID_ARGUMENT,
         "the daemon sent a packet that cannot be read");
  return false;
}

void Call::stopReading() {
  std::lock_guard<std::mutex> lock(server.mutex);
  isReadingStopped = true;
  changed.notify_all();
}

bool Call::add(const Message &message) {
  size_t size = message.ByteSizeLong(), at = added.size();
  added.resize(at + prefixSize + size);
  llvm::support::endian::write32be(&added[at + 1], static_cast<uint32_t>(size));
  message.SerializeWithCachedSizesToArray(
      reinterpret_cast<uint8_t *>(&added[at + prefixSize]));
  if (added.size() < batchSize)
    return false;
  flush();
  return true;
}

void Call::flush() {
  std::lock_guard<std::mutex> lock(server.mutex);
  outgoing.erase(0, sent);
  sent = 0;
  if (!isOver && outgoing.empty())
    outgoing.swap(added);
  else if (!isOver)
    outgoing += added;
  added.clear();
  server.resume(*this);
}

bool Call::isFullLocked() const {
  return !isOver && outgoing.size() - sent >= manyBytes;
}

bool Call::isFull() {
  std::lock_guard<std::mutex> lock(server.mutex);
  return isFullLocked();
}

bool Call::wait(bool whileFull) {
  std::unique_lock<std::mutex> lock(server.mutex);
  auto isDone = [this] { return isHalfClosed || isOver || !broken.ok(); };
  changed.wait(lock, [&] {
    return !received.empty() || isDone() || (whileFull && !isFullLocked());
  });
  return !received.empty() || !isDone();
}

bool Call::write(const Message &message) {
  if (!add(message))
    flush();
  std::unique_lock<std::mutex> lock(server.mutex);
  changed.wait(lock, [this] { return !isFullLocked(); });
  return !isOver;
}

grpc::Status Call::failure() {
  std::lock_guard<std::mutex> lock(server.mutex);
  if (broken.ok() && isOver)
    return grpc::Status::CANCELLED;
  return broken;
}

void Call::refuse(grpc::StatusCode code, std::string message) {
  server.refusals.add(message);
  std::lock_guard<std::mutex> lock(server.mutex);
  broken = {code, std::move(message)};
}

} // namespace llb::buildkit
