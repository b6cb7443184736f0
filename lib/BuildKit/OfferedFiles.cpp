// SPDX-License-Identifier: Apache-2.0
//
// Files come as a walk has them, so that those of a directory follow each other
// but for what is below it.
#include "OfferedFiles.h"

namespace llb::buildkit {

uint32_t OfferedFiles::add(std::string_view path, bool isFile) {
  auto id = static_cast<uint32_t>(entries.size());
  if (!isFile) {
    entries.push_back({0, 0, 0, false});
    return id;
  }
  size_t start = path.rfind('/') + 1;
  std::string_view folder = path.substr(0, start), name = path.substr(start);
  if (folders.empty() || folders.back() != folder)
    folders.emplace_back(folder);
  // No name is longer than the longest path.
  entries.push_back({names.size(), static_cast<uint32_t>(folders.size() - 1),
                     static_cast<uint16_t>(name.size()), true});
  names += name;
  return id;
}

std::optional<std::string> OfferedFiles::take(uint32_t id) {
  if (id >= entries.size() || !entries[id].isOffered)
    return std::nullopt;
  Entry &entry = entries[id];
  entry.isOffered = false;
  return folders[entry.folder] + names.substr(entry.name, entry.length);
}

} // namespace llb::buildkit
