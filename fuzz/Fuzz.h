// SPDX-License-Identifier: Apache-2.0
//
// What the fuzz targets share: a diagnostics engine over one input, and the
// rule that whatever fails must have said why.
#ifndef LLB_FUZZ_FUZZ_H
#define LLB_FUZZ_FUZZ_H

#include "llb/Support/DiagEngine.h"

#include <cstdio>
#include <cstdlib>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>

namespace llb::fuzz {

struct Input {
  llvm::SourceMgr sources;
  DiagEngine diags{sources};
  std::string_view text;

  Input(const uint8_t *data, size_t size)
      : text(diags.addBuffer(llvm::MemoryBuffer::getMemBufferCopy(
            llvm::StringRef(reinterpret_cast<const char *>(data), size),
            "input"))) {}
};

/// Stops the fuzzer with `why` unless `holds`.
inline void require(bool holds, const char *why) {
  if (holds)
    return;
  std::fprintf(stderr, "%s\n", why);
  std::abort();
}

} // namespace llb::fuzz

#endif
