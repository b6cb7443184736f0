// SPDX-License-Identifier: Apache-2.0
//
// Which steps build again if files of the context change.
#ifndef LLB_CACHEKEY_IMPACT_H
#define LLB_CACHEKEY_IMPACT_H

#include "llb/Context/Locals.h"
#include "llb/IR/Module.h"

#include <llvm/Support/raw_ostream.h>

namespace llb::cachekey {

enum class Effect : uint8_t {
  None,
  /// It depends on what an earlier step writes.
  MayRebuild,
  Rebuilds,
};

struct Impact {
  /// One a node.
  std::vector<Effect> effects;
  /// The longest chain of steps that build again, from the first.
  std::vector<ir::NodeId> longestChain;
};

/// Of changes to the content of `paths`, relative to the local directory called
/// `context`. As BuildKit's cache: a copy builds again if what it copies
/// changed, a process if anything under it did. Where `locals` has the
/// directory, a reader takes of it what is there, links followed; a path that
/// is not there, and directories that are not known, are judged by names.
Impact findImpact(const ir::Module &module, const std::string &context,
                  const std::vector<std::string> &paths,
                  const context::LocalContents &locals = {});

/// `Dockerfile:3 [2/4] COPY a /srv: rebuilds` a line, then the longest chain.
void printImpactText(const ir::Module &module, const Impact &impact,
                     llvm::raw_ostream &out);
/// `{"steps":[{"line","step","effect"}],"longestChain":[…]}`.
void printImpactJson(const ir::Module &module, const Impact &impact,
                     llvm::raw_ostream &out);

} // namespace llb::cachekey

#endif
