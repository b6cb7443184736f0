// SPDX-License-Identifier: Apache-2.0
//
// Maps by digest. A digest is as random as a hash can be, so its first bytes
// are one. Never iterate such a map into anything visible.
#ifndef LLB_IR_DIGESTMAP_H
#define LLB_IR_DIGESTMAP_H

#include "llb/Support/Digest.h"

#include <cstring>
#include <unordered_map>

namespace llb::ir {

struct DigestHash {
  size_t operator()(const Digest &digest) const {
    size_t hash;
    std::memcpy(&hash, digest.bytes.data(), sizeof(hash));
    return hash;
  }
};

template <class Value>
using DigestMap = std::unordered_map<Digest, Value, DigestHash>;

} // namespace llb::ir

#endif
