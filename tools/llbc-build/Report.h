// SPDX-License-Identifier: Apache-2.0
//
// What every builder tells: how it goes, why it failed, and what came of it.
#ifndef LLBC_REPORT_H
#define LLBC_REPORT_H

#include "llb/Driver/Driver.h"
#include "llb/Engine/Solver.h"

#include <atomic>

namespace llbc {

/// From now on SIGINT, SIGTERM and SIGHUP set the flag that is returned; a
/// second one does not wait.
const std::atomic<bool> &watchSignals();
/// The signal that ended the build, 0 for none.
int receivedSignal();

llb::engine::ProgressMode progressMode(llb::driver::ProgressKind kind);

/// Content of the secrets that the options name. BuildKit refuses longer ones
/// as well.
llvm::Error readSecrets(const llb::driver::Options &options,
                        std::map<std::string, std::string> &secrets);

/// Shows the end of a failed step's output and reports the failure at the
/// step's line.
void reportFailure(const llb::driver::BuildJob &job,
                   const llb::ir::Module &module,
                   const llb::engine::StepFailure &failure);

/// Writes `--iidfile` and `--metadata-file`; `json` is one object.
llvm::LogicalResult writeResultFiles(const llb::driver::BuildJob &job,
                                     const std::string &imageId,
                                     const std::string &json);

} // namespace llbc

#endif
