// SPDX-License-Identifier: Apache-2.0
//
// The buffer that the encoder fills from its end to its front: a message's
// length stands before it, so going backwards writes every byte once and
// computes no size twice.
#ifndef LLB_IR_ENCODEBUFFER_H
#define LLB_IR_ENCODEBUFFER_H

#include "llb/IR/Field.h"

#include <bit>
#include <cstring>

namespace llb::ir::wire {

enum class WireType : unsigned {
  Varint = 0,
  Fixed64 = 1,
  Length = 2,
  StartGroup = 3,
  EndGroup = 4,
  Fixed32 = 5
};

class EncodeBuffer {
public:
  std::string_view bytes() const {
    return {buffer.get() + start, capacity - start};
  }
  size_t size() const { return capacity - start; }
  void clear() { start = capacity; }

  void prepend(std::string_view data) {
    if (data.empty())
      return;
    std::memcpy(room(data.size()), data.data(), data.size());
  }
  void varint(uint64_t value) {
    char *to = room((std::bit_width(value | 1) + 6) / 7);
    for (; value >= 0x80; value >>= 7)
      *to++ = static_cast<char>(value | 0x80);
    *to = static_cast<char>(value);
  }
  void tag(uint32_t number, WireType type) {
    varint(static_cast<uint64_t>(number) << 3 | static_cast<unsigned>(type));
  }
  /// Tag and length of a value that was put here when `size()` was `before`.
  void header(uint32_t number, size_t before) {
    varint(size() - before);
    tag(number, WireType::Length);
  }
  void text(uint32_t number, std::string_view value) {
    prepend(value);
    varint(value.size());
    tag(number, WireType::Length);
  }
  /// A repeated string. The encoding of the last long list is kept: most steps
  /// of a build share one environment.
  void strings(uint32_t number, const StringList &list);

private:
  /// Makes `size` bytes of room in front and returns their first.
  char *room(size_t size) {
    if (size > start)
      grow(size);
    start -= size;
    return buffer.get() + start;
  }
  void grow(size_t size);

  std::unique_ptr<char[]> buffer;
  size_t capacity = 0;
  size_t start = 0;

  StringList cachedList;
  uint32_t cachedNumber = 0;
  std::string cachedBytes;
};

} // namespace llb::ir::wire

#endif
