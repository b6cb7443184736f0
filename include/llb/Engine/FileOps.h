// SPDX-License-Identifier: Apache-2.0
//
// What a file operation does to a tree (BuildKit v0.32.2,
// solver/llbsolver/file, and fsutil's copy).
#ifndef LLB_ENGINE_FILEOPS_H
#define LLB_ENGINE_FILEOPS_H

#include "llb/Engine/UnpackLimits.h"
#include "llb/Engine/WritableTree.h"
#include "llb/IR/Ops.h"

#include <llvm/Support/Error.h>
#include <optional>

namespace llb::engine {

/// What was asked for takes a directory of this machine, and the target is
/// none: an archive is to be unpacked.
class NeedsDirectory : public llvm::ErrorInfo<NeedsDirectory> {
public:
  static char ID;
  void log(llvm::raw_ostream &out) const override;
  std::error_code convertToErrorCode() const override;
};

/// Looks an owner up. `userTree` and `groupTree` are the inputs that the names
/// refer to, null for scratch. A name that is not known is 0, as in BuildKit.
std::optional<FileOwner> resolveOwner(const std::optional<ir::ChownOpt> &chown,
                                      const Tree *userTree,
                                      const Tree *groupTree);

llvm::Error copyFiles(const Tree &source, WritableTree &target,
                      const ir::Copy &copy,
                      const std::optional<FileOwner> &owner,
                      const UnpackLimits &limits = {});
llvm::Error makeFile(WritableTree &target, const ir::MkFile &action,
                     const std::optional<FileOwner> &owner);
llvm::Error makeDir(WritableTree &target, const ir::MkDir &action,
                    const std::optional<FileOwner> &owner);
llvm::Error removeFiles(WritableTree &target, const ir::Rm &action);
llvm::Error makeSymlink(WritableTree &target, const ir::Symlink &action,
                        const std::optional<FileOwner> &owner);

/// The paths that `pattern` matches in a tree, or `pattern` itself, resolved,
/// if it has no wildcards.
llvm::Expected<std::vector<std::string>>
matchWildcards(const Tree &tree, const std::string &pattern, bool followLinks);

/// The path of a file action as BuildKit reads it: absolute and clean, but a
/// final `/` or `/.` stays.
std::string cleanActionPath(const std::string &path);

} // namespace llb::engine

#endif
