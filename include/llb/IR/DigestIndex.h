// SPDX-License-Identifier: Apache-2.0
//
// Numbers by digest: of a million operations, which one has this digest. A
// digest is as random as a hash can be, so a piece of it is one. The digests
// stay where they are; an entry is eight bytes, so that the table of many
// operations is in the cache when the operations are not.
#ifndef LLB_IR_DIGESTINDEX_H
#define LLB_IR_DIGESTINDEX_H

#include "llb/Support/Digest.h"

#include <bit>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace llb::ir {

class DigestIndex {
public:
  /// For about `count` digests.
  explicit DigestIndex(size_t count)
      : slots(std::bit_ceil(2 * count + minSlots)) {}

  /// The number that `digest` has, nothing if it has none. `digestOf(number)`
  /// is the digest of a number that was added.
  template <class DigestOf>
  std::optional<uint32_t> find(const Digest &digest, DigestOf digestOf) const {
    const Slot &slot = slots[slotOf(digest, digestOf)];
    return slot.number == none ? std::nullopt : std::optional(slot.number);
  }

  /// Gives `digest` a number unless it has one. The number it has then, and
  /// whether it is new.
  template <class DigestOf>
  std::pair<uint32_t, bool> add(const Digest &digest, uint32_t number,
                                DigestOf digestOf) {
    if (2 * (used + 1) > slots.size())
      grow();
    Slot &slot = slots[slotOf(digest, digestOf)];
    if (slot.number != none)
      return {slot.number, false};
    slot = {hashOf(digest), number};
    ++used;
    return {number, true};
  }

private:
  static constexpr uint32_t none = UINT32_MAX;
  static constexpr size_t minSlots = 16;

  struct Slot {
    uint32_t hash = 0;
    uint32_t number = none;
  };

  static uint32_t hashOf(const Digest &digest) {
    uint32_t hash;
    std::memcpy(&hash, digest.bytes.data(), sizeof(hash));
    return hash;
  }
  size_t next(size_t at) const { return (at + 1) & (slots.size() - 1); }

  /// Where `digest` is or would be.
  template <class DigestOf>
  size_t slotOf(const Digest &digest, DigestOf digestOf) const {
    uint32_t hash = hashOf(digest);
    size_t at = hash & (slots.size() - 1);
    while (slots[at].number != none &&
           (slots[at].hash != hash || digestOf(slots[at].number) != digest))
      at = next(at);
    return at;
  }

  void grow() {
    std::vector<Slot> old(2 * slots.size());
    std::swap(old, slots);
    for (const Slot &slot : old) {
      if (slot.number == none)
        continue;
      size_t at = slot.hash & (slots.size() - 1);
      while (slots[at].number != none)
        at = next(at);
      slots[at] = slot;
    }
  }

  /// A power of two of them, at most half in use.
  std::vector<Slot> slots;
  size_t used = 0;
};

} // namespace llb::ir

#endif
