// SPDX-License-Identifier: Apache-2.0
//
// The flags that say what is written, where, and under which name.
#ifndef LLB_DRIVER_OUTPUTFLAGS_H
#define LLB_DRIVER_OUTPUTFLAGS_H

#include "llb/Driver/Options.h"

#include <llvm/Support/CommandLine.h>

namespace llb::driver {

class OutputFlags {
public:
  OutputFlags(llvm::cl::OptionCategory &own, llvm::cl::OptionCategory &docker);

  /// Fills in what the flags speak of. Returns what is wrong, empty if nothing.
  std::string apply(Options &result);

private:
  std::string readOutputs(Options &result);
  std::string completeOutputs(Options &result);

  llvm::cl::opt<EmitKind> emit;
  llvm::cl::opt<std::string> file;
  llvm::cl::list<std::string> output;
  llvm::cl::opt<bool> push;
  llvm::cl::opt<bool> load;
  llvm::cl::opt<std::string> compression;
  llvm::cl::opt<bool> rewriteTimestamp;
  llvm::cl::list<std::string> annotation;
  llvm::cl::list<std::string> tag;
  llvm::cl::opt<std::string> idFile;
  llvm::cl::opt<std::string> metadataFile;
};

} // namespace llb::driver

#endif
