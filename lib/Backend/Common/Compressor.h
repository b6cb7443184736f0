// SPDX-License-Identifier: Apache-2.0
//
// Compression of a stream whose size is not known before.
#ifndef LLB_BACKEND_COMPRESSOR_H
#define LLB_BACKEND_COMPRESSOR_H

#include "llb/Backend/Output.h"
#include "llb/Backend/TarWriter.h"

#include <memory>

namespace llb::backend {

class Compressor {
public:
  virtual ~Compressor();
  virtual llvm::Error write(std::string_view data) = 0;
  virtual llvm::Error finish() = 0;

  /// The output goes to `sink`. Without a level the fast default is taken.
  static std::unique_ptr<Compressor>
  create(Compression compression, std::optional<int> level, ByteSink sink);
};

} // namespace llb::backend

#endif
