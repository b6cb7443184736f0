// SPDX-License-Identifier: Apache-2.0
//
// The operations of a serialised definition one at a time, for dumps. All of
// the definition is checked before the first is handed out: like buildctl,
// dumps print nothing of a broken one.
#ifndef LLB_IR_DUMPREADER_H
#define LLB_IR_DUMPREADER_H

#include "Codec.h"
#include "llb/Support/DiagEngine.h"

#include <llvm/ADT/CachedHashString.h>
#include <llvm/ADT/DenseMap.h>
#include <llvm/Support/LogicalResult.h>

namespace llb::ir {

class DumpReader {
public:
  /// Reports what is wrong with a broken definition.
  llvm::LogicalResult read(std::string_view definition, DiagEngine &diags);

  size_t size() const { return slices.def.items.size(); }
  /// Ends of pieces to print (OrderedPrint.h).
  std::vector<size_t> pieces() const;
  Digest digest(size_t index) const {
    return Digest::of(slices.def.items[index]);
  }
  wire::Op op(size_t index) const {
    wire::Op op;
    wire::decode(slices.def.items[index], &op);
    return op;
  }
  /// Empty if the definition has none.
  OpMetadata metadata(const std::string &digest) const;

private:
  wire::DefinitionSlices slices;
  llvm::DenseMap<llvm::CachedHashStringRef, std::string_view> metadataOf;
};

} // namespace llb::ir

#endif
