// SPDX-License-Identifier: Apache-2.0
//
// A key per operation that is the same on any machine for the same inputs
// (docs/CacheKeys.md is the specification).
#ifndef LLB_CACHEKEY_CACHEKEY_H
#define LLB_CACHEKEY_CACHEKEY_H

#include "llb/Context/Locals.h"
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

/// A reader of a local directory that will not find what it reads.
struct ReadFailure {
  ir::NodeId node;
  /// Of the local source: `context`.
  std::string context;
  std::string text;
};

struct Keys {
  /// One a node.
  std::vector<Digest> keys;
  /// Of sources only: what the key leaves open.
  std::vector<Unresolved> unresolved;
  /// Whether the node or something under it leaves something open.
  std::vector<bool> open;
  std::vector<ReadFailure> failures;
};

/// What is known beyond a definition. Each list is empty or has one a node.
struct KnownContent {
  context::LocalContents locals;
  /// What other open sources bring, in the words of who fetched it; empty where
  /// that is not known.
  std::vector<std::string> fetched;
  /// The nodes whose keys are wanted, with all that they are made of other than
  /// local sources; none: all.
  std::vector<bool> wanted;

  /// The local sources of `module` that are among `locals`. Reports what cannot
  /// be read.
  static llvm::FailureOr<KnownContent>
  of(const ir::Module &module, context::Locals &locals, DiagEngine &diags);
  /// Wants no key of a local source that is known: whoever reads it has the
  /// content in its own.
  void leaveLocalsOut();
};

/// The keys of the nodes that are wanted, from definitions and what is known.
/// Entries that they cover must have been read. Linear in the size of the
/// module and of what its readers take.
Keys computeKeys(const ir::Module &module, const KnownContent &known = {});

/// The entries that keys cover, of each node that is a local source: all that
/// there is if its own key is wanted, else what those that are wanted take.
std::vector<std::vector<size_t>> findCovered(const ir::Module &module,
                                             const KnownContent &known);

/// The same after the entries that keys cover were read. Reports what cannot be
/// read.
llvm::FailureOr<Keys> readAndComputeKeys(const ir::Module &module,
                                         const KnownContent &known,
                                         DiagEngine &diags);

/// Warns of what steps read of local sources and will not find.
void warnOfFailures(const Keys &keys, DiagEngine &diags);

/// What an open source brings, or nothing.
Unresolved findUnresolved(const ir::Source &source);

/// The key of one operation. `inputs` are those of its inputs, or the content
/// keys of what it takes of local directories; `content` stands for what an
/// open source brings, if that is known.
Digest keyOf(const ir::Op &op, const std::vector<Digest> &inputs,
             std::string_view content = {});

/// The key of an operation as if it had no inputs: what it does, not on what.
Digest ownKey(const ir::Op &op);

} // namespace llb::cachekey

#endif
