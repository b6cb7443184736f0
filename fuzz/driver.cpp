// SPDX-License-Identifier: Apache-2.0
//
// The whole compiler in process. A run that fails must print why, and one that
// does not fail must leave an output.
#include "Fuzz.h"

#include "llb/Driver/Driver.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/raw_ostream.h>
#include <unistd.h>

/// A folder of this process alone, on memory where there is such a disk.
static const std::string &workDir() {
  static const std::string dir = [] {
    std::string path = llvm::sys::fs::is_directory("/dev/shm") ? "/dev/shm"
                                                               : "/tmp";
    path += "/llb-fuzz-" + std::to_string(getpid());
    llb::fuzz::require(!llvm::sys::fs::create_directories(path),
                       "no folder to work in");
    return path;
  }();
  return dir;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llb::driver::Options options;
  options.input = workDir() + "/Dockerfile";
  options.output = workDir() + "/bundle.json";
  options.emit = llb::driver::EmitKind::Bundle;
  options.resolve = llb::driver::ResolvePolicy::Never;
  options.uniqueId = "context";
  {
    std::error_code error;
    llvm::raw_fd_ostream file(options.input, error);
    file.write(reinterpret_cast<const char *>(data), size);
  }
  std::string text;
  llvm::raw_string_ostream messages(text);
  int status = llb::driver::runCompiler(options, {}, messages);
  llb::fuzz::require(status == llb::driver::ExitDone ||
                         status == llb::driver::ExitFailed,
                     "an exit status that input must not bring about");
  llb::fuzz::require(status == llb::driver::ExitDone || !text.empty(),
                     "failed without a word");
  llb::fuzz::require(llvm::sys::fs::exists(options.output), "no output");
  llvm::sys::fs::remove(options.output);
  return 0;
}
