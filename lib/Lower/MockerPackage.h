// SPDX-License-Identifier: Apache-2.0
//
// The `package` block: apt packages, from repositories with keys of their own.
#ifndef LLB_LOWER_MOCKERPACKAGE_H
#define LLB_LOWER_MOCKERPACKAGE_H

#include "MockerStages.h"
#include "State.h"

namespace llb::lower {

/// The statement that installs the packages. Its first mounts are of the files
/// that `addPackageFiles` makes.
ast::RunStmt makePackageRun(const MockerPackageTexts &package);

/// How many mounts of `makePackageRun` are files.
inline constexpr size_t mockerFileMounts = 2;

/// Adds the operation with keys, source list and apt's configuration; variables
/// are those of `stage`. Reports the failure.
llvm::FailureOr<ir::ValueId> addPackageFiles(LowerContext &context,
                                             const StageState &stage,
                                             const MockerPackageTexts &package);

} // namespace llb::lower

#endif
