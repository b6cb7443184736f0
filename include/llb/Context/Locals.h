// SPDX-License-Identifier: Apache-2.0
//
// The directories behind the local sources of modules, each walked once for
// each filter.
#ifndef LLB_CONTEXT_LOCALS_H
#define LLB_CONTEXT_LOCALS_H

#include "llb/Context/Contents.h"
#include "llb/IR/Module.h"
#include "llb/Support/DiagEngine.h"

#include <llvm/Support/LogicalResult.h>
#include <map>
#include <memory>

namespace llb::context {

/// One a node of a module: null unless it is a local source whose directory is
/// known.
using LocalContents = std::vector<Contents *>;

class Locals {
public:
  /// `directories` by the names of local sources: `context`.
  Locals(std::map<std::string, std::string> directories, ContentOptions options)
      : directories(std::move(directories)), options(std::move(options)) {}

  /// Walks what `module` reads; nothing of it is opened yet.
  llvm::FailureOr<LocalContents> find(const ir::Module &module,
                                      DiagEngine &diags);
  /// Reads `entries` of a directory and reports what goes wrong.
  static llvm::LogicalResult read(Contents &contents,
                                  const std::vector<size_t> &entries,
                                  DiagEngine &diags);
  /// Warns of what is wrong with an index of hashes.
  static void warn(const IndexTrouble &trouble, DiagEngine &diags);

private:
  struct Local {
    std::string path;
    Filter filter;
    Directory directory;
    Snapshot snapshot;
    std::optional<Contents> contents;
  };

  std::map<std::string, std::string> directories;
  ContentOptions options;
  std::vector<std::unique_ptr<Local>> opened;
};

} // namespace llb::context

#endif
