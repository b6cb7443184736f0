// SPDX-License-Identifier: Apache-2.0
//
// A key per operation that is the same on any machine for the same inputs
// (docs/CacheKeys.md is the specification).
#ifndef LLB_CACHEKEY_CACHEKEY_H
#define LLB_CACHEKEY_CACHEKEY_H

#include "llb/IR/Module.h"

namespace llb::cachekey {

/// Why a key does not stand for one content, if it does not.
enum class Unresolved : uint8_t {
  None,
  /// A local directory: what is in it is not looked at.
  Local,
  /// An image by tag, git by branch, http without a checksum.
  Floating,
};

struct Keys {
  /// One a node.
  std::vector<Digest> keys;
  /// Of sources only: what the key leaves open.
  std::vector<Unresolved> unresolved;
  /// Whether the node or something under it leaves something open.
  std::vector<bool> open;
};

/// Keys from definitions alone. Linear in the size of the module.
Keys computeKeys(const ir::Module &module);

/// The key of an operation as if it had no inputs: what it does, not on what.
Digest ownKey(const ir::Op &op);

} // namespace llb::cachekey

#endif
