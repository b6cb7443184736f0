// SPDX-License-Identifier: Apache-2.0
//
// LLB text to a module, and back: what was read prints to text that reads and
// prints the same again.
#include "Fuzz.h"

#include "llb/IR/Text.h"

static std::string print(const llb::ir::Module &module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  llb::ir::printModule(module, {}, out);
  return text;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llb::fuzz::Input input(data, size);
  llvm::FailureOr<llb::ir::Module> module =
      llb::ir::parseModule(input.text, input.diags);
  llb::fuzz::require(llvm::succeeded(module) != input.diags.hasErrors(),
                     "the result and the messages disagree");
  if (llvm::failed(module))
    return 0;
  std::string first = print(*module);
  llb::fuzz::Input again(reinterpret_cast<const uint8_t *>(first.data()),
                         first.size());
  llvm::FailureOr<llb::ir::Module> second =
      llb::ir::parseModule(again.text, again.diags);
  llb::fuzz::require(llvm::succeeded(second), "printed text does not parse");
  llb::fuzz::require(print(*second) == first, "printing is not stable");
  return 0;
}
