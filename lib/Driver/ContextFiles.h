// SPDX-License-Identifier: Apache-2.0
//
// The local directories that a compiled build reads, and what of them.
#ifndef LLB_DRIVER_CONTEXTFILES_H
#define LLB_DRIVER_CONTEXTFILES_H

#include "Input.h"
#include "llb/Context/Reads.h"
#include "llb/Driver/Driver.h"
#include "llb/Lower/Lower.h"

namespace llb::driver {

/// A local source, for all platforms that have it with the same filter.
struct ReadContext {
  context::LocalRead read;
  /// Its directory on this machine.
  std::string directory;
  context::Snapshot snapshot;
};

/// The main context's directory: the option's, else that of the build file.
std::string contextDirectory(const Options &options);

/// The directory of a local source, or nothing if the options don't tell.
std::optional<std::string> localDirectory(const Options &options,
                                          const std::string &name);

/// `directory` and a path in it, as a person would write them.
std::string joinShown(const std::string &directory, std::string_view path);

/// Takes stock of each local source that `lowered` reads.
llvm::FailureOr<std::vector<ReadContext>>
readContexts(const lower::Lowered &lowered, const Options &options,
             DiagEngine &diags);

/// `--depfile`: writes a make rule of the files that a build's result depends
/// on.
llvm::LogicalResult writeDepfile(const std::vector<ReadContext> &contexts,
                                 const Input &input, const Options &options,
                                 DiagEngine &diags);

/// `--list-context` and `--why-ignored`.
void listContexts(const std::vector<ReadContext> &contexts, const Input &input,
                  const Options &options, llvm::raw_ostream &out);

} // namespace llb::driver

#endif
