// SPDX-License-Identifier: Apache-2.0
//
// Image configs in memory; their JSON is in ImageConfigJson.cpp.
#include "ImageConfig.h"

namespace llb::lower {

History::~History() {
  // Link by link: a long chain would overflow the stack if each link destroyed
  // the one before it.
  while (last && last.use_count() == 1) {
    std::shared_ptr<Link> before = std::move(last->before);
    last = std::move(before);
  }
}

History &History::operator=(History &&other) {
  std::swap(last, other.last);
  std::swap(count, other.count);
  return *this;
}

History &History::operator=(const History &other) {
  return *this = History(other);
}

void History::append(HistoryEntry entry) {
  last = std::make_shared<Link>(Link{std::move(entry), std::move(last)});
  ++count;
}

std::vector<const HistoryEntry *> History::entries() const {
  std::vector<const HistoryEntry *> result(count);
  size_t at = count;
  for (const Link *link = last.get(); link; link = link->before.get())
    result[--at] = &link->entry;
  return result;
}

ImageConfig ImageConfig::scratch(const PlatformSpec &platform) {
  ImageConfig result;
  result.platform = platform;
  result.rootfsType = "layers";
  result.workingDir = "/";
  if (platform.os != "windows")
    result.env.assign("PATH", defaultPath);
  return result;
}

} // namespace llb::lower
