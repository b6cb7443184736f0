// SPDX-License-Identifier: Apache-2.0
//
// Only so many files are asked for at once that neither side ever waits with a
// request while the other one waits with content: fsutil's sender has room for
// 128 requests, and all that are on their way fit into what HTTP/2 takes
// without being read.
#include "Receiver.h"

#include "llb/Support/GoText.h"
#include "llb/Support/WriteAll.h"

#include <cstring>

namespace llb::buildkit {
namespace {

constexpr size_t maxOpen = 64;
/// What is remembered of files that wait: half a million of them, or more.
constexpr size_t maxWaitingBytes = 256 << 20;
/// No image that is known comes near.
constexpr uint32_t maxEntries = 50'000'000;

constexpr const char *wentAway =
    "the daemon went away before all of the result was here";

} // namespace

std::string Receiver::ask(uint32_t id, filesync::Stat stat, UniqueFd file) {
  open[id] = {std::move(stat), std::move(file)};
  filesync::Packet request;
  request.set_type(filesync::Packet::REQ);
  request.set_id(id);
  return call.write(request) ? "" : leftBy(wentAway);
}

std::string Receiver::askForMore() {
  while (!waiting.empty() && open.size() < maxOpen) {
    auto [id, stat] = std::move(waiting.front());
    waiting.pop_front();
    waitingBytes -= stat.ByteSizeLong();
    UniqueFd file;
    if (std::string error = tree.openFile(stat, file); !error.empty())
      return error;
    if (std::string error = ask(id, std::move(stat), std::move(file));
        !error.empty())
      return error;
  }
  return "";
}

std::string Receiver::takeEntry(filesync::Stat &stat) {
  uint32_t id = count++;
  if (atEnd || count > maxEntries)
    return "the daemon sent more files than there can be";
  UniqueFd file;
  if (std::string error = tree.add(stat, file); !error.empty())
    return error;
  if (!file.valid())
    return "";
  if (!stat.size())
    return tree.finishFile(stat, file);
  if (open.size() < maxOpen)
    return ask(id, std::move(stat), std::move(file));
  waitingBytes += stat.ByteSizeLong();
  if (waitingBytes > maxWaitingBytes)
    return "the daemon sent names of more files than can be remembered";
  waiting.emplace_back(id, std::move(stat));
  return "";
}

std::string Receiver::takeData(const filesync::Packet &packet) {
  auto found = open.find(packet.id());
  if (found == open.end())
    return "the daemon sent content of file " + std::to_string(packet.id()) +
           ", which it was not asked for";
  Open &file = found->second;
  const std::string &path = file.stat.path();
  file.size += static_cast<int64_t>(packet.data().size());
  bool isLast = packet.data().empty();
  if (file.size > file.stat.size() || (isLast && file.size < file.stat.size()))
    return "the daemon sent " + std::string(isLast ? "less" : "more") + " of " +
           go::quote(path) + " than it said there is";
  if (int error = writeAll(file.file.get(), packet.data()))
    return "cannot write " + go::quote(path) + ": " + std::strerror(error);
  if (!isLast)
    return "";
  if (std::string error = tree.finishFile(file.stat, file.file); !error.empty())
    return error;
  open.erase(found);
  return askForMore();
}

std::string Receiver::take(filesync::Packet &packet) {
  switch (packet.type()) {
  case filesync::Packet::STAT:
    if (packet.has_stat())
      return takeEntry(*packet.mutable_stat());
    atEnd = true;
    return "";
  case filesync::Packet::DATA:
    return takeData(packet);
  case filesync::Packet::ERR:
    return leftBy("the daemon gave up: " + packet.data());
  case filesync::Packet::FIN:
    return "the daemon ended before all of the result was here";
  default:
    return "the daemon sent a packet of no known type";
  }
}

std::string Receiver::run() {
  filesync::Packet packet;
  while (!isComplete()) {
    if (!call.read(packet))
      return leftBy(wentAway);
    if (std::string error = take(packet); !error.empty())
      return error;
  }
  return tree.finish();
}

void Receiver::sayFarewell() {
  filesync::Packet packet;
  packet.set_type(filesync::Packet::FIN);
  // Its own has nothing new, and all is here if it does not come.
  if (call.write(packet))
    call.read(packet);
}

} // namespace llb::buildkit
