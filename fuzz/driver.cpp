// SPDX-License-Identifier: Apache-2.0
//
// The whole compiler in process. A run that fails must print why and leave no
// output; one that does not must leave one.
#include "Fuzz.h"

#include "llb/Driver/Driver.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/raw_ostream.h>
#include <unistd.h>

/// A folder of this process alone, on memory where there is such a disk.
static const std::string &workDir() {
  static const std::string dir = [] {
    std::string path =
        llvm::sys::fs::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
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
  options.output = workDir() + "/out.llb";
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
  bool done = status == llb::driver::ExitDone;
  llb::fuzz::require(done || status == llb::driver::ExitFailed,
                     "an exit status that input must not bring about");
  llb::fuzz::require(done || text.find("error: ") != std::string::npos,
                     "failed without a word");
  llb::fuzz::require(done == llvm::sys::fs::exists(options.output),
                     "the exit status and the output disagree");
  (void)llvm::sys::fs::remove(options.output);
  return 0;
}
