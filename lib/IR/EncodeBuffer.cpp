// SPDX-License-Identifier: Apache-2.0
//
// The slow paths of the encoder's buffer.
#include "EncodeBuffer.h"

#include <algorithm>

namespace llb::ir::wire {

void EncodeBuffer::grow(size_t size) {
  size_t used = capacity - start;
  size_t larger = std::max<size_t>({2 * capacity, used + size, 1024});
  std::unique_ptr<char[]> fresh(new char[larger]);
  if (used)
    std::memcpy(fresh.get() + larger - used, buffer.get() + start, used);
  buffer = std::move(fresh);
  capacity = larger;
  start = larger - used;
}

void EncodeBuffer::strings(uint32_t number, const StringList &list) {
  // Below this, copying the encoding costs as much as making it.
  constexpr size_t worthKeeping = 8;
  bool keep = list.size() >= worthKeeping;
  if (keep && cachedNumber == number && cachedList.sharesWith(list)) {
    prepend(cachedBytes);
    return;
  }
  size_t before = size();
  const std::vector<std::string> &items = list.get();
  for (auto item = items.rbegin(); item != items.rend(); ++item)
    text(number, *item);
  if (keep) {
    cachedList = list;
    cachedNumber = number;
    cachedBytes.assign(bytes().substr(0, size() - before));
  }
}

} // namespace llb::ir::wire
