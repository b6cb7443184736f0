// SPDX-License-Identifier: Apache-2.0
//
// The parts of an operation that differ from build to build though nothing
// else does: ids of sessions and of single transfers.
#ifndef LLB_IR_VOLATILE_H
#define LLB_IR_VOLATILE_H

#include "llb/IR/Ops.h"

namespace llb::ir {

/// Whether an attribute of a source is volatile.
inline bool isVolatileAttr(std::string_view name) {
  return name == "local.unique" || name == "local.session" ||
         name == "oci.session";
}

inline bool hasVolatileAttrs(const Source &source) {
  for (const auto &attr : source.attrs)
    if (isVolatileAttr(attr.first))
      return true;
  return false;
}

inline void removeVolatileAttrs(Source &source) {
  std::erase_if(source.attrs,
                [](const auto &attr) { return isVolatileAttr(attr.first); });
}

} // namespace llb::ir

#endif
