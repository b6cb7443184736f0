// SPDX-License-Identifier: Apache-2.0
//
// Serialised definitions: reading either says what is wrong or gives a module
// whose operations keep their digests, and dumping survives anything.
#include "Fuzz.h"

#include "llb/IR/Binary.h"
#include "llb/IR/JsonDump.h"

#include <llvm/ADT/STLExtras.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llb::fuzz::Input input(data, size);
  llvm::FailureOr<llb::ir::Module> module =
      llb::ir::readModule(input.text, input.diags);
  llb::fuzz::require(llvm::succeeded(module) != input.diags.hasErrors(),
                     "the result and the messages disagree");
  llb::fuzz::Input dump(data, size);
  bool dumped =
      llvm::succeeded(llb::ir::dumpJson(dump.text, llvm::nulls(), dump.diags));
  llb::fuzz::require(dumped != dump.diags.hasErrors(),
                     "the dump and its messages disagree");
  if (llvm::failed(module))
    return 0;
  std::vector<llb::Digest> digests = llb::ir::digestNodes(*module);
  for (const llb::ir::Result &result : module->results) {
    std::string bytes;
    llvm::raw_string_ostream out(bytes);
    llb::ir::writeModule(*module, result, out);
    llb::fuzz::Input again(reinterpret_cast<const uint8_t *>(bytes.data()),
                           bytes.size());
    llvm::FailureOr<llb::ir::Module> second =
        llb::ir::readModule(again.text, again.diags);
    llb::fuzz::require(llvm::succeeded(second), "written bytes do not read");
    // Operations that the result does not need are left out.
    for (const llb::Digest &digest : llb::ir::digestNodes(*second))
      llb::fuzz::require(llvm::is_contained(digests, digest),
                         "digests changed on the way through");
  }
  return 0;
}
