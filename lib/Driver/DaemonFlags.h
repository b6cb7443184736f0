// SPDX-License-Identifier: Apache-2.0
//
// The flags about who builds, and about a daemon that does.
#ifndef LLB_DRIVER_DAEMONFLAGS_H
#define LLB_DRIVER_DAEMONFLAGS_H

#include "llb/Driver/Options.h"

#include <llvm/Support/CommandLine.h>

namespace llb::driver {

class DaemonFlags {
public:
  DaemonFlags(llvm::cl::OptionCategory &own, llvm::cl::OptionCategory &docker);

  /// Fills in what the flags speak of; the rest of `result` has been read.
  /// Returns what is wrong, empty if nothing.
  std::string apply(Options &result);

private:
  std::string readTls(Options &result);

  llvm::cl::opt<std::string> builder;
  llvm::cl::list<std::string> allow;
  llvm::cl::list<std::string> cacheFrom;
  llvm::cl::list<std::string> cacheTo;
  llvm::cl::opt<std::string> ca;
  llvm::cl::opt<std::string> certificate;
  llvm::cl::opt<std::string> key;
  llvm::cl::opt<std::string> folder;
  llvm::cl::opt<std::string> serverName;
};

} // namespace llb::driver

#endif
