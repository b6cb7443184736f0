// SPDX-License-Identifier: Apache-2.0
//
// What tools print of modules besides the modules themselves.
#ifndef LLB_DRIVER_EXPLAIN_H
#define LLB_DRIVER_EXPLAIN_H

#include "llb/CacheKey/CacheKey.h"

#include <llvm/Support/raw_ostream.h>

namespace llb::driver {

struct ExplainedModule {
  /// `linux/amd64`, where there are several; else empty.
  std::string platform;
  const ir::Module *module;
  cachekey::Keys keys;
};

/// Computes the keys of a module with the content of `locals`; says what
/// cannot be read and what readers will not find.
llvm::FailureOr<ExplainedModule> explain(const ir::Module &module,
                                         std::string platform,
                                         context::Locals &locals,
                                         DiagEngine &diags);

/// `sha256:… Dockerfile:3 [2/4] COPY a b` an operation, `open` behind a key
/// that does not stand for one content.
void printKeysText(const std::vector<ExplainedModule> &modules,
                   llvm::raw_ostream &out);
/// `{"keys":[{"key","digest","line","step","open"}]}`; `digest` is that of the
/// operation, by which a daemon knows it. Of several platforms each entry has
/// its `platform`, and sources that are open have `unresolved`.
void printKeysJson(const std::vector<ExplainedModule> &modules,
                   llvm::raw_ostream &out);

} // namespace llb::driver

#endif
