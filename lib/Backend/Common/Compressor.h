// SPDX-License-Identifier: Apache-2.0
//
// Compression of a stream whose size is not known before, and of blocks of one
// that are compressed side by side.
#ifndef LLB_BACKEND_COMPRESSOR_H
#define LLB_BACKEND_COMPRESSOR_H

#include "llb/Backend/Output.h"
#include "llb/Backend/TarWriter.h"

#include <memory>

namespace llb::backend {

class DeflateBlock;

class Compressor {
public:
  virtual ~Compressor();
  virtual llvm::Error write(std::string_view data) = 0;
  virtual llvm::Error finish() = 0;

  /// The output goes to `sink`. Without a level the default one is taken.
  static std::unique_ptr<Compressor>
  create(Compression compression, std::optional<int> level, ByteSink sink);
};

/// gzip in one member, of blocks that are compressed each by itself: the
/// header, the blocks in order, the trailer.
class BlockCompressor {
public:
  /// Whether this form is made of blocks; others are streams.
  static bool canDo(Compression compression, std::optional<int> level);
  explicit BlockCompressor(std::optional<int> level);
  ~BlockCompressor();

  /// Appends to `out`.
  llvm::Error compress(std::string_view data, std::string &out);

  static std::string header();
  /// `checksum` and `size` are those of all the data.
  static std::string trailer(uint32_t checksum, int64_t size);
  /// The checksum of data that goes on after `checksum`, 0 at first.
  static uint32_t continueChecksum(uint32_t checksum, std::string_view data);

private:
  std::unique_ptr<DeflateBlock> blocks;
};

} // namespace llb::backend

#endif
