// SPDX-License-Identifier: Apache-2.0
//
// Dockerfile text to AST. Failure without a message is a fault, and so is
// success with an error.
#include "Fuzz.h"

#include "llb/Frontend/Frontend.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llb::fuzz::Input input(data, size);
  llb::ast::BuildFile file;
  bool parsed = llvm::succeeded(llb::frontend::parseDockerfile(
      input.text, "Dockerfile", file, input.diags));
  llb::fuzz::require(parsed != input.diags.hasErrors(),
                     "the result and the messages disagree");
  return 0;
}
