// SPDX-License-Identifier: Apache-2.0
//
// fsutil's protocol, as its sender speaks it. Entries are numbered in the order
// of the walk; the receiver asks for regular files by number, each once, while
// the walk goes on.
//
// Nothing waits for a write while what comes is not read, or both sides might
// wait for each other.
//
// Owners are not sent, as BuildKit's client does: whoever builds, the image is
// the same.
#include "FileSync.h"
#include "GoMode.h"
#include "OfferedFiles.h"
#include "llb/Context/Walk.h"

#include <deque>
#include <map>
#include <sys/sysmacros.h>

namespace llb::buildkit {
namespace {

/// How much of a file goes into one packet.
constexpr size_t chunkSize = 64 << 10;

constexpr const char *wentAway = "the daemon went away";

class Sender {
public:
  Sender(const context::Directory &directory, const context::Filter &filter,
         Call &call, Refusals &refusals)
      : directory(directory), filter(filter), call(call), refusals(refusals) {}

  grpc::Status run();

private:
  void sendEntry(const context::FileInfo &info, const context::Xattrs &xattrs);
  void sendFile(uint32_t id, const std::string &path);
  void sendNextFile();
  void write(const filesync::Packet &packet, bool isLast);
  /// Takes what is here of the daemon's packets.
  void listen();
  /// After a wait that tells whether the daemon is still there.
  void goOn(bool isThere);
  void take(const filesync::Packet &packet);
  /// Remembers what is wrong, the first only.
  void fail(std::string message) {
    if (error.empty())
      error = std::move(message);
  }

  const context::Directory &directory;
  const context::Filter &filter;
  Call &call;
  Refusals &refusals;

  /// Used again and again, so that it keeps its memory.
  filesync::Packet entry;
  filesync::Packet received;
  bool finished = false;
  std::string error;

  OfferedFiles offered;
  std::deque<std::pair<uint32_t, std::string>> asked;
  /// Paths of files with several links, by device and inode.
  std::map<std::pair<uint64_t, uint64_t>, std::string> links;
};

void Sender::listen() {
  while (error.empty() && !finished && call.readHere(received))
    take(received);
}

void Sender::goOn(bool isThere) {
  if (!isThere)
    fail(wentAway);
  listen();
}

void Sender::take(const filesync::Packet &packet) {
  if (packet.type() == filesync::Packet::ERR)
    return fail("the daemon gave up: " + packet.data());
  if (packet.type() == filesync::Packet::FIN)
    finished = true;
  if (packet.type() != filesync::Packet::REQ)
    return;
  if (std::optional<std::string> path = offered.take(packet.id())) {
    asked.emplace_back(packet.id(), std::move(*path));
    return;
  }
  fail("the daemon asked for file " + std::to_string(packet.id()) +
       ", which it was not offered");
  refusals.add(error);
}

void Sender::write(const filesync::Packet &packet, bool isLast) {
  if (!error.empty())
    return;
  bool gone = call.add(packet);
  if (!gone && !isLast)
    return;
  if (!gone)
    call.flush();
  listen();
  while (error.empty() && call.isFull())
    goOn(call.waitWhileFull());
}

void Sender::sendEntry(const context::FileInfo &info,
                       const context::Xattrs &xattrs) {
  entry.Clear();
  filesync::Stat &stat = *entry.mutable_stat();
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
  for (const auto &[name, value] : xattrs)
    if (!name.starts_with("com.apple."))
      (*stat.mutable_xattrs())[name] = value;
  offered.add(info.path, info.isRegular());
  write(entry, /*isLast=*/false);
  // The daemon writes these while it learns of others.
  if (!asked.empty())
    sendNextFile();
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
      write(packet, /*isLast=*/false);
      if (!error.empty())
        return;
    }
  }
  packet.clear_data();
  write(packet, /*isLast=*/asked.empty());
}

void Sender::sendNextFile() {
  auto [id, path] = std::move(asked.front());
  asked.pop_front();
  sendFile(id, path);
}

grpc::Status Sender::run() {
  filesync::Packet last;
  if (llvm::Error walked = context::walkWithXattrs(
          directory, filter,
          [this](context::FileInfo info, const context::Xattrs &xattrs) {
            sendEntry(info, xattrs);
          })) {
    std::string message = llvm::toString(std::move(walked));
    last.set_type(filesync::Packet::ERR);
    last.set_data(message);
    write(last, /*isLast=*/true);
    fail(std::move(message));
  }
  // One without an entry is the end of them.
  write(last, /*isLast=*/true);
  while (error.empty() && (!finished || !asked.empty())) {
    if (asked.empty())
      goOn(call.wait());
    else
      sendNextFile();
  }
  last.set_type(filesync::Packet::FIN);
  write(last, /*isLast=*/true);
  return error.empty() ? grpc::Status::OK
                       : grpc::Status(grpc::StatusCode::INTERNAL, error);
}

} // namespace

void FileSyncService::join(SessionServer &server) {
  server.serve("/moby.filesync.v1.FileSync/DiffCopy",
               [this](Call &call) { return answer(call); });
}

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

grpc::Status FileSyncService::answer(Call &call) {
  const Metadata &metadata = call.metadata();
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
  return Sender(*opened, filter, call, refusals).run();
}

} // namespace llb::buildkit
