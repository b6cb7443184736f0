// SPDX-License-Identifier: Apache-2.0
//
// The shape that file operations of build files have: every action changes what
// the action before it left, and the last one's result is the only output.
#ifndef LLB_PASSES_FILECHAIN_H
#define LLB_PASSES_FILECHAIN_H

#include "llb/IR/Module.h"

namespace llb::passes {

struct FileChain {
  /// Whether `op` has the shape; all else is meaningless if not.
  bool valid = false;
  /// Index of the input that the first action changes, or `noIndex`: scratch.
  int64_t base = ir::noIndex;
  /// The base is also copied from.
  bool readsBase = false;
  /// Some owner is looked up by name in an input.
  bool namedOwner = false;
};

FileChain fileChainOf(const ir::Op &op);

/// The value under a chain, invalid for scratch.
inline ir::ValueId baseOf(const ir::Op &op, const FileChain &chain) {
  return chain.base < 0 ? ir::ValueId() : op.inputs[chain.base];
}

} // namespace llb::passes

#endif
