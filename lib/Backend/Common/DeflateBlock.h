// SPDX-License-Identifier: Apache-2.0
//
// Pieces of data compressed each by itself, on any thread, that are one deflate
// stream (RFC 1951) when they follow each other.
#ifndef LLB_BACKEND_DEFLATEBLOCK_H
#define LLB_BACKEND_DEFLATEBLOCK_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct libdeflate_compressor;

namespace llb::backend {

/// Where a deflate stream ends, in bits from its beginning.
struct DeflateEnd {
  /// The header of the last block.
  uint64_t lastBlock;
  /// Behind the last block.
  uint64_t end;
};

/// Looks for the end of a whole stream without unpacking it; nothing if the
/// stream is damaged. `size` bytes at `data` are read, and 8 more behind them
/// must be readable.
std::optional<DeflateEnd> findDeflateEnd(const uint8_t *data, size_t size);

class DeflateBlock {
public:
  /// `level` is one of libdeflate's, 1 to 12.
  explicit DeflateBlock(int level);
  ~DeflateBlock();
  DeflateBlock(const DeflateBlock &) = delete;
  DeflateBlock &operator=(const DeflateBlock &) = delete;

  /// Appends `data` to `out` in blocks of which none is the last one, up to a
  /// whole byte. False if there is no memory.
  bool compress(std::string_view data, std::string &out);

private:
  libdeflate_compressor *compressor;
};

/// What ends a stream of such pieces.
inline constexpr std::string_view deflateEnd("\x03\x00", 2);

/// The CRC-32 of gzip over data that goes on after `crc`, 0 at first.
uint32_t continueCrc32(uint32_t crc, std::string_view data);

} // namespace llb::backend

#endif
