// SPDX-License-Identifier: Apache-2.0
//
// YAML text to a Mockerfile and on to operations, both ways. Failure without a
// message is a fault, and so is success with an error.
#include "Fuzz.h"

#include "llb/AST/Dump.h"
#include "llb/Frontend/Frontend.h"
#include "llb/Lower/Lower.h"

/// Reads and lowers; every result must agree with the messages.
static void compile(const uint8_t *data, size_t size, bool compat) {
  llb::fuzz::Input input(data, size);
  llb::ast::Mockerfile file;
  bool parsed = llvm::succeeded(llb::frontend::parseMockerfile(
      input.text, "Mockerfile.yaml", {.mockerCompat = compat}, file,
      input.diags));
  llb::fuzz::require(parsed != input.diags.hasErrors(),
                     "the result and the messages disagree");
  llb::ast::dumpMockerfile(file, llvm::nulls());
  if (!parsed)
    return;
  llb::lower::LowerOptions options;
  options.uniqueId = "context";
  options.mockerCompat = compat;
  // A file may well ask for more than a fuzzer has.
  options.maxOpsBytes = size_t(8) << 20;
  options.maxValueBytes = size_t(1) << 20;
  bool lowered = llvm::succeeded(llb::lower::lower(file, options, input.diags));
  llb::fuzz::require(lowered != input.diags.hasErrors(),
                     "lowering and its messages disagree");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  compile(data, size, /*compat=*/false);
  compile(data, size, /*compat=*/true);
  llb::fuzz::Input tokens(data, size);
  llb::frontend::dumpMockerfileTokens(tokens.text, llvm::nulls(), tokens.diags);
  return 0;
}
