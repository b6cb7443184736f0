// SPDX-License-Identifier: Apache-2.0
//
// Ickfile text to AST, once as it is and once strictly, and as a trigger.
// Failure without a message is a fault, and so is success with an error.
#include "Fuzz.h"

#include "llb/Frontend/Frontend.h"

static void parse(const uint8_t *data, size_t size, bool strict) {
  llb::fuzz::Input input(data, size);
  llb::ast::BuildFile file;
  bool parsed = llvm::succeeded(llb::frontend::parseIckfile(
      input.text, "Ickfile", {.ickStrict = strict}, file, input.diags));
  llb::fuzz::require(parsed != input.diags.hasErrors(),
                     "the result and the messages disagree");
}

static void parseTrigger(const uint8_t *data, size_t size) {
  llb::fuzz::Input input(data, size);
  bool parsed = llvm::succeeded(llb::frontend::parseTrigger(
      llb::frontend::Language::Ickfile, input.text, {1, 1}, {}, input.diags));
  llb::fuzz::require(parsed != input.diags.hasErrors(),
                     "the trigger and the messages disagree");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  parse(data, size, /*strict=*/false);
  parse(data, size, /*strict=*/true);
  parseTrigger(data, size);
  return 0;
}
