// SPDX-License-Identifier: Apache-2.0
//
// The binary form, pb.Definition (BuildKit v0.32.2).
#ifndef LLB_IR_BINARY_H
#define LLB_IR_BINARY_H

#include "llb/IR/Module.h"
#include "llb/Support/DiagEngine.h"

#include <llvm/Support/LogicalResult.h>
#include <llvm/Support/raw_ostream.h>
#include <memory>

namespace llb::ir {

/// Reads a serialised Definition; empty input is the scratch module. Reports
/// what is wrong with a broken one.
llvm::FailureOr<Module> readModule(std::string_view bytes, DiagEngine &diags);

/// Writes one result of a module as a Definition: its operations in module
/// order, the terminal operation last, metadata and places sorted by digest, so
/// equal modules give equal bytes. What only other results need is left out.
void writeModule(const Module &module, const Result &result,
                 llvm::raw_ostream &out);
/// What `writeModule` writes.
std::string encodeModule(const Module &module, const Result &result);

/// The encoding of one operation: its original bytes if it still has them and
/// they name the inputs' present digests, else the canonical ones. `digests`
/// holds those of all earlier nodes.
std::string encodeOp(const Node &node, const std::vector<Digest> &digests);

/// The encoding that BuildKit's client gives an operation: fields ascending,
/// members of a oneof last, unknown fields at the end.
std::string encodeCanonical(const Op &op, const std::vector<Digest> &digests);

/// `encodeCanonical` of many operations.
class CanonicalEncoder {
public:
  CanonicalEncoder();
  ~CanonicalEncoder();
  /// Valid until the next call.
  std::string_view encode(const Op &op, const std::vector<Digest> &digests);

private:
  /// Memory that is used again.
  struct State;
  std::unique_ptr<State> state;
};

/// Digests of all nodes, in order.
std::vector<Digest> digestNodes(const Module &module);

} // namespace llb::ir

#endif
