// SPDX-License-Identifier: Apache-2.0
//
// Which local directories a module reads, and what of them: the selectors by
// which BuildKit's file and exec operations compute content digests.
#ifndef LLB_CONTEXT_READS_H
#define LLB_CONTEXT_READS_H

#include "llb/Context/Snapshot.h"
#include "llb/IR/Module.h"

namespace llb::context {

/// How the identifiers of local sources start.
inline constexpr std::string_view localScheme = "local://";

/// What an operation takes of one of its inputs.
struct InputRead {
  /// Each once, in the order of the operation.
  std::vector<Selector> selectors;
  /// All that there is, whatever the selectors say.
  bool whole = false;
};

/// One local source and all its readers.
struct LocalRead {
  ir::NodeId node;
  /// `context` in `local://context`.
  std::string name;
  Filter filter;
  /// Each once, in the order of the readers.
  std::vector<Selector> selectors;
  /// Some reader takes all that is sent, whatever the selectors say.
  bool whole = false;
};

/// What `attrs` of a local source ask for. Attributes that are no JSON arrays
/// of strings count as absent, as BuildKit refuses them.
Filter filterOf(const ir::Source &source);

/// What a copy takes of its source (BuildKit v0.32.2, solver/llbsolver/ops
/// file.go).
Selector selectorOf(const ir::Copy &copy);

/// What `op` takes of each of its inputs, as far as its definition tells.
std::vector<InputRead> findInputReads(const ir::Op &op);

/// The local sources of `module` that something reads, in its order.
std::vector<LocalRead> findLocalReads(const ir::Module &module);

} // namespace llb::context

#endif
