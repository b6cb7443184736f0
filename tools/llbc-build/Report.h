// SPDX-License-Identifier: Apache-2.0
//
// What every builder tells: how it goes, why it failed, and what came of it.
#ifndef LLBC_REPORT_H
#define LLBC_REPORT_H

#include "llb/Driver/Driver.h"
#include "llb/Engine/Solver.h"
#include "llb/Engine/SshAgent.h"

#include <atomic>

namespace llbc {

/// From now on SIGINT, SIGTERM and SIGHUP set the flag that is returned; a
/// second one does not wait.
const std::atomic<bool> &watchSignals();
/// The signal that ended the build, 0 for none.
int receivedSignal();
/// Ends this process as that signal would have; returns if there was none.
void dieOfSignal();

llb::engine::ProgressMode progressMode(llb::driver::ProgressKind kind);

/// Content of the secrets that the options name. BuildKit refuses longer ones
/// as well.
llvm::Error readSecrets(const llb::driver::Options &options,
                        std::map<std::string, std::string> &secrets);

/// Opens the SSH agents that the options name; `newFolder` gives the name of a
/// directory that one of ours may make.
llvm::Error openAgents(const llb::driver::Options &options,
                       llvm::function_ref<std::string()> newFolder,
                       llb::engine::SshAgents &agents);

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
