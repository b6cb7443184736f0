// SPDX-License-Identifier: Apache-2.0
//
// Streams out of compressed files. libarchive could decompress as well, but
// keeps what comes before a fault to itself, and whether a damaged file counts
// as an archive depends on its first bytes (BuildKit v0.32.2's isArchivePath).
#ifndef LLB_ENGINE_DECOMPRESS_H
#define LLB_ENGINE_DECOMPRESS_H

#include <llvm/Support/Error.h>
#include <memory>

namespace llb::engine {

/// What a compression has to give: a step from some input to some output.
class Codec {
public:
  struct Bytes {
    char *next;
    size_t left;
  };
  enum class Status { More, StreamEnd, Damaged };

  virtual ~Codec() = default;
  /// Takes from `in` and gives to `out`, whatever fits.
  virtual Status step(Bytes &in, Bytes &out) = 0;
  /// Begins another stream, after the end of one.
  virtual bool restart() = 0;
};

/// The content of a file that is gzip, bzip2, xz or zstd, or the file itself.
/// Streams that follow each other are read as one.
class Decompressor {
public:
  /// Begins at the start of `fd`, which must outlive this and be seekable.
  static llvm::Expected<Decompressor> open(int fd);

  /// Up to `size` bytes, 0 at the end. What precedes damage is given before the
  /// error is.
  llvm::Expected<size_t> read(char *to, size_t size);

  bool isCompressed() const { return codec != nullptr; }

private:
  explicit Decompressor(int fd) : fd(fd) {}
  llvm::Error fill();

  int fd;
  /// Null if the file is not compressed.
  std::unique_ptr<Codec> codec;
  std::unique_ptr<char[]> buffer;
  Codec::Bytes input = {nullptr, 0};
  bool atEnd = false;
  /// Between two streams.
  bool streamEnded = false;
  /// A codec is not asked again after damage.
  bool damaged = false;
};

} // namespace llb::engine

#endif
