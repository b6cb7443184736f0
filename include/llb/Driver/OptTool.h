// SPDX-License-Identifier: Apache-2.0
//
// llb-opt behind its command line.
#ifndef LLB_DRIVER_OPTTOOL_H
#define LLB_DRIVER_OPTTOOL_H

#include "llb/Driver/ToolSupport.h"
#include "llb/Passes/PassManager.h"

namespace llb::driver {

struct OptOptions {
  /// Linked into one module; none is standard input.
  std::vector<std::string> inputs;
  OutputOptions output;
  bool text = false;
  bool disableOutput = false;
  /// Instead of the module.
  bool printKeys = false;
  /// Instead of the module: what builds again if these files of the local
  /// directory `impactContext` change.
  std::vector<std::string> impact;
  std::string impactContext = "context";
  /// Directories of local sources by name, and where hashes of their files are
  /// remembered: a folder, `none`, or empty for the default.
  std::map<std::string, std::string> contexts;
  std::string hashIndex;
  /// Keys and impact as JSON.
  bool json = false;
  std::string resultName;
  /// If not empty, each result is written there as a file of its name.
  std::string outputDir;
  /// Base images for passes that want to know of them.
  std::string imageLock;
  /// Run after those of `level`.
  std::string passes;
  /// '0', '1' or '2'; anything else is a usage error.
  char level = '0';
  bool stripDebug = false;
  bool disableVerify = false;
  bool verifyRoundtrip = false;
  bool listPasses = false;
  bool splitInput = false;
  bool verifyDiagnostics = false;
  passes::PipelineOptions pipeline;
};

/// Returns the exit status.
int runOpt(const OptOptions &options);

} // namespace llb::driver

#endif
