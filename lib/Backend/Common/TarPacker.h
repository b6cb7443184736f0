// SPDX-License-Identifier: Apache-2.0
//
// A tar on its way to a blob: hashed, compressed and hashed again in one pass,
// on several threads once it is longer than a block. The result depends on the
// tar and the form alone.
#ifndef LLB_BACKEND_TARPACKER_H
#define LLB_BACKEND_TARPACKER_H

#include "llb/Backend/Output.h"
#include "llb/Backend/TarWriter.h"
#include "llb/Support/Digest.h"

#include <memory>

namespace llb::backend {

/// What was packed.
struct Packed {
  /// Of the tar.
  Digest diffId;
  /// Of what the sink got.
  Digest digest;
  int64_t size = 0;
};

class TarPacker {
public:
  /// `sink` gets the blob piece by piece, from one thread at a time, not always
  /// the caller's. Without a level the default one is taken.
  TarPacker(Compression compression, std::optional<int> level, ByteSink sink);
  ~TarPacker();

  llvm::Error write(std::string_view data);
  /// Nothing can be written after it.
  llvm::Expected<Packed> finish();

private:
  class Pipeline;
  std::unique_ptr<Pipeline> pipeline;
};

} // namespace llb::backend

#endif
