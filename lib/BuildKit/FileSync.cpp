// SPDX-License-Identifier: Apache-2.0
//
// fsutil's protocol, as its sender speaks it. Entries are numbered in the order
// of the walk; the receiver asks for regular files by number, each once, while
// the walk goes on. Three threads: one walks, one reads what is asked for, and
// the stream's own sends content, so that the daemon writes files while it
// still learns of others.
//
// Owners are not sent, as BuildKit's client does: whoever builds, the image is
// the same.
#include "FileSync.h"
#include "GoMode.h"
#include "Metadata.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <sys/sysmacros.h>
#include <thread>
#include <unordered_map>

namespace llb::buildkit {
namespace {

using Stream = grpc::ServerReaderWriter<filesync::Packet, filesync::Packet>;

/// How much of a file goes into one packet.
constexpr size_t chunkSize = 64 << 10;
/// Packets that may wait for others before they are handed to the transport.
constexpr unsigned batchSize = 64;

class Sender {
public:
  Sender(const context::Directory &directory, const context::Filter &filter,
         Stream &stream, Refusals &refusals)
      : directory(directory), filter(filter), stream(stream),
        refusals(refusals) {}

  grpc::Status run(grpc::ServerContext &context);

private:
  void walk();
  void readRequests();
  void sendEntry(context::FileInfo info);
  void sendFile(uint32_t id, const std::string &path);
  bool write(const filesync::Packet &packet, bool isLast);
  /// Remembers what is wrong, the first only.
  void fail(std::string message);
  /// As `fail`, for a daemon that does what none does by mistake.
  void refuse(std::string message);

  const context::Directory &directory;
  const context::Filter &filter;
  Stream &stream;
  Refusals &refusals;

  std::mutex writing;
  unsigned unflushed = 0;

  std::mutex mutex;
  std::condition_variable changed;
  /// Regular files that were not asked for yet, by number.
  std::unordered_map<uint32_t, std::string> offered;
  std::deque<std::pair<uint32_t, std::string>> asked;
  bool finished = false;
  bool refused = false;
  std::string error;

  // Of the walk.
  uint32_t count = 0;
  /// Paths of files with several links, by device and inode.
  std::map<std::pair<uint64_t, uint64_t>, std::string> links;
};

void Sender::fail(std::string message) {
  std::lock_guard<std::mutex> lock(mutex);
  if (error.empty())
    error = std::move(message);
  finished = true;
  changed.notify_all();
}

void Sender::refuse(std::string message) {
  refusals.add(message);
  {
    std::lock_guard<std::mutex> lock(mutex);
    refused = true;
  }
  fail(std::move(message));
}

bool Sender::write(const filesync::Packet &packet, bool isLast) {
  std::lock_guard<std::mutex> lock(writing);
  grpc::WriteOptions options;
  if (!isLast && ++unflushed < batchSize)
    options.set_buffer_hint();
  else
    unflushed = 0;
  return stream.Write(packet, options);
}

void Sender::sendEntry(context::FileInfo info) {
  filesync::Packet packet;
  filesync::Stat &stat = *packet.mutable_stat();
  stat.set_path(info.path);
  stat.set_mode(toGoMode(info.mode));
  stat.set_mod_time(info.mtime);
  if (info.isSymlink())
    stat.set_linkname(info.target);
  if (S_ISBLK(info.mode) || S_ISCHR(info.mode)) {
    stat.set_devmajor(major(info.rdev));
    stat.set_devminor(minor(info.rdev));
  }
  if (!info.isDirectory() && info.links > 1) {
    auto [first, isNew] =
        links.try_emplace({info.device, info.inode}, info.path);
    if (!isNew && info.isRegular())
      stat.set_linkname(first->second);
  }
  bool isLink = !stat.linkname().empty();
  if (!info.isDirectory() && !(isLink && info.isRegular()))
    stat.set_size(static_cast<int64_t>(info.size));
  uint32_t id = count++;
  if (info.isRegular()) {
    std::lock_guard<std::mutex> lock(mutex);
    offered.emplace(id, std::move(info.path));
  }
  write(packet, /*isLast=*/false);
}

void Sender::walk() {
  llvm::Error walked =
      context::walk(directory, filter, [&](context::FileInfo info) {
        sendEntry(std::move(info));
      });
  filesync::Packet packet;
  if (walked) {
    std::string message = llvm::toString(std::move(walked));
    packet.set_type(filesync::Packet::ERR);
    packet.set_data(message);
    write(packet, /*isLast=*/true);
    return fail(std::move(message));
  }
  // One without an entry is the end of them.
  write(packet, /*isLast=*/true);
}

void Sender::readRequests() {
  filesync::Packet packet;
  while (stream.Read(&packet)) {
    if (packet.type() == filesync::Packet::ERR)
      return fail("the daemon gave up: " + packet.data());
    std::unique_lock<std::mutex> lock(mutex);
    if (packet.type() == filesync::Packet::FIN) {
      finished = true;
      changed.notify_all();
      return;
    }
    if (packet.type() != filesync::Packet::REQ)
      continue;
    auto file = offered.find(packet.id());
    if (file == offered.end()) {
      lock.unlock();
      return refuse("the daemon asked for file " + std::to_string(packet.id()) +
                    ", which it was not offered");
    }
    asked.emplace_back(file->first, std::move(file->second));
    offered.erase(file);
    changed.notify_all();
  }
  fail("the daemon went away");
}

/// A file that cannot be read any more is sent as far as it could be, since the
/// protocol has no other answer; the daemon finds that the size is wrong.
void Sender::sendFile(uint32_t id, const std::string &path) {
  filesync::Packet packet;
  packet.set_type(filesync::Packet::DATA);
  packet.set_id(id);
  auto file = directory.openFile(path);
  if (!file) {
    llvm::consumeError(file.takeError());
  } else {
    std::string &data = *packet.mutable_data();
    while (true) {
      data.resize(chunkSize);
      ssize_t size = ::read(file->get(), data.data(), data.size());
      if (size < 0 && errno == EINTR)
        continue;
      if (size <= 0)
        break;
      data.resize(static_cast<size_t>(size));
      if (!write(packet, /*isLast=*/false))
        return;
    }
  }
  packet.clear_data();
  bool isLast;
  {
    std::lock_guard<std::mutex> lock(mutex);
    isLast = asked.empty();
  }
  write(packet, isLast);
}

grpc::Status Sender::run(grpc::ServerContext &context) {
  std::thread walker([this] { walk(); });
  std::thread reader([this] { readRequests(); });
  std::unique_lock<std::mutex> lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return finished || !asked.empty(); });
    if (asked.empty() || !error.empty())
      break;
    auto [id, path] = std::move(asked.front());
    asked.pop_front();
    lock.unlock();
    sendFile(id, path);
    lock.lock();
  }
  std::string message = error;
  bool cancel = refused;
  lock.unlock();
  if (cancel)
    // The walk may be waiting for the daemon.
    context.TryCancel();
  walker.join();
  reader.join();
  if (!message.empty())
    return {grpc::StatusCode::INTERNAL, message};
  filesync::Packet last;
  last.set_type(filesync::Packet::FIN);
  write(last, /*isLast=*/true);
  return grpc::Status::OK;
}

} // namespace

void FileSyncService::allow(const std::string &name, context::Filter filter) {
  std::lock_guard<std::mutex> lock(mutex);
  allowed.emplace_back(name, std::move(filter));
}

bool FileSyncService::isAllowed(const std::string &name,
                                const context::Filter &filter) {
  std::lock_guard<std::mutex> lock(mutex);
  for (const auto &[known, asked] : allowed)
    if (known == name && asked == filter)
      return true;
  return false;
}

grpc::Status FileSyncService::DiffCopy(grpc::ServerContext *context,
                                       Stream *stream) {
  Metadata metadata(context->client_metadata());
  std::string name = metadata.first("dir-name");
  auto directory = directories.find(name);
  context::Filter filter{metadata.all("include-patterns"),
                         metadata.all("exclude-patterns"),
                         metadata.all("followpaths")};
  if (directory == directories.end())
    return {grpc::StatusCode::NOT_FOUND,
            "no access allowed to dir \"" + name + "\""};
  if (!isAllowed(name, filter))
    return refusals.add("the daemon asked for files of \"" + name +
                        "\" that the build does not read");
  auto opened = context::Directory::open(directory->second);
  if (!opened)
    return {grpc::StatusCode::FAILED_PRECONDITION,
            llvm::toString(opened.takeError())};
  return Sender(*opened, filter, *stream, refusals).run(*context);
}

} // namespace llb::buildkit
