// SPDX-License-Identifier: Apache-2.0
//
// The pass `cache-key`.
//
// Problem. The digest of an operation names one transfer of one client, so that
// two builds of the same thing can't be compared by it, and nobody can ask why
// a step missed its cache.
//
// Example. Of
//
//     %a = source "local://context" { local.unique = "7x3k" }
//     %b = source "docker-image://docker.io/library/alpine:3@sha256:..."
//
// the key of %a is the same whatever the id, and is open, since a definition
// does not know what is in a directory; the key of %b stands for one content.
// `llb-opt --print-keys --context=DIR` looks into the directory, and then the
// keys of %a and its readers cover just what these take.
//
// Algorithm. The canonical encoding of each operation without its volatile
// parts, naming inputs by their keys, is hashed (docs/CacheKeys.md). `llb-opt
// --print-keys` shows the keys; this pass counts them, and remarks tell which
// sources leave something open.
//
// Legality. Analysis: the module stays as it is.
//
// Cost. Linear in the size of the module.
#include "llb/CacheKey/CacheKey.h"
#include "llb/Passes/Pass.h"

#include <set>

namespace llb::passes {

llvm::LogicalResult CacheKeyPass::run(ir::Module &module,
                                      PassContext &context) {
  cachekey::Keys keys = cachekey::computeKeys(module);
  std::set<Digest> different;
  uint64_t open = 0;
  for (size_t i = 0; i < module.nodes.size(); ++i) {
    // A result is nothing that anybody caches.
    if (std::holds_alternative<std::monostate>(module.nodes[i].op.body))
      continue;
    different.insert(keys.keys[i]);
    open += keys.open[i];
    if (keys.unresolved[i] != cachekey::Unresolved::None)
      context.remark(RemarkKind::Analysis, module, module.nodes[i],
                     RemarkId::OpenKey);
  }
  context.count("different keys", different.size());
  context.count("keys that leave something open", open);
  return llvm::success();
}

} // namespace llb::passes
