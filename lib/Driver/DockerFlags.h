// SPDX-License-Identifier: Apache-2.0
//
// The flags that mean what they mean for docker build. They become frontend
// options, as docker's client makes them.
#ifndef LLB_DRIVER_DOCKERFLAGS_H
#define LLB_DRIVER_DOCKERFLAGS_H

#include "llb/Driver/Options.h"

#include <llvm/Support/CommandLine.h>

namespace llb::driver {

class DockerFlags {
public:
  explicit DockerFlags(llvm::cl::OptionCategory &category);

  /// Fills in what the flags speak of. Returns what is wrong, empty if nothing.
  std::string apply(Options &result);

private:
  std::string applyContexts(Options &result);
  std::string applyRun(Options &result);
  std::string applyQuestions(Options &result);

  llvm::cl::opt<std::string> target;
  llvm::cl::list<std::string> platform;
  llvm::cl::list<std::string> buildArg;
  llvm::cl::list<std::string> label;
  llvm::cl::list<std::string> buildContext;
  llvm::cl::opt<bool> noCache;
  llvm::cl::list<std::string> noCacheFilter;
  llvm::cl::opt<bool> pull;
  llvm::cl::list<std::string> addHost;
  llvm::cl::opt<std::string> network;
  llvm::cl::opt<std::string> shmSize;
  llvm::cl::list<std::string> ulimit;
  llvm::cl::list<std::string> secret;
  llvm::cl::list<std::string> ssh;
  llvm::cl::opt<std::string> cgroupParent;
  llvm::cl::opt<std::string> check;
  llvm::cl::opt<std::string> call;
};

} // namespace llb::driver

#endif
