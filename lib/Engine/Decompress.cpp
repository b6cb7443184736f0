// SPDX-License-Identifier: Apache-2.0
//
// One class per library; the loop around them is the same for all.
#include "llb/Engine/Decompress.h"

#include <algorithm>
#include <bzlib.h>
#include <cerrno>
#include <lzma.h>
#include <string_view>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

namespace llb::engine {
namespace {

constexpr size_t bufferSize = 65536;

/// What xz may take for its dictionary: enough for `xz -9`, four times over.
constexpr uint64_t maxXzMemory = uint64_t(256) << 20;

class Gzip : public Codec {
public:
  Gzip() { failed = inflateInit2(&stream, MAX_WBITS + 16) != Z_OK; }
  ~Gzip() override { inflateEnd(&stream); }

  Status step(Bytes &in, Bytes &out) override {
    if (failed)
      return Status::Damaged;
    stream.next_in = reinterpret_cast<Bytef *>(in.next);
    stream.avail_in = static_cast<uInt>(in.left);
    stream.next_out = reinterpret_cast<Bytef *>(out.next);
    stream.avail_out = static_cast<uInt>(out.left);
    int status = inflate(&stream, Z_NO_FLUSH);
    in = {reinterpret_cast<char *>(stream.next_in), stream.avail_in};
    out = {reinterpret_cast<char *>(stream.next_out), stream.avail_out};
    if (status == Z_STREAM_END)
      return Status::StreamEnd;
    return status == Z_OK || status == Z_BUF_ERROR ? Status::More
                                                   : Status::Damaged;
  }
  bool restart() override { return inflateReset(&stream) == Z_OK; }

private:
  z_stream stream = {};
  bool failed;
};

class Bzip2 : public Codec {
public:
  Bzip2() { failed = BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK; }
  ~Bzip2() override { BZ2_bzDecompressEnd(&stream); }

  Status step(Bytes &in, Bytes &out) override {
    if (failed)
      return Status::Damaged;
    stream.next_in = in.next;
    stream.avail_in = static_cast<unsigned>(in.left);
    stream.next_out = out.next;
    stream.avail_out = static_cast<unsigned>(out.left);
    int status = BZ2_bzDecompress(&stream);
    in = {stream.next_in, stream.avail_in};
    out = {stream.next_out, stream.avail_out};
    if (status == BZ_STREAM_END)
      return Status::StreamEnd;
    return status == BZ_OK ? Status::More : Status::Damaged;
  }
  bool restart() override {
    BZ2_bzDecompressEnd(&stream);
    stream = {};
    return BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK;
  }

private:
  bz_stream stream = {};
  bool failed;
};

class Xz : public Codec {
public:
  Xz() { failed = !restart(); }
  ~Xz() override { lzma_end(&stream); }

  Status step(Bytes &in, Bytes &out) override {
    if (failed)
      return Status::Damaged;
    stream.next_in = reinterpret_cast<uint8_t *>(in.next);
    stream.avail_in = in.left;
    stream.next_out = reinterpret_cast<uint8_t *>(out.next);
    stream.avail_out = out.left;
    lzma_ret status = lzma_code(&stream, LZMA_RUN);
    in = {in.next + (in.left - stream.avail_in), stream.avail_in};
    out = {out.next + (out.left - stream.avail_out), stream.avail_out};
    if (status == LZMA_STREAM_END)
      return Status::StreamEnd;
    return status == LZMA_OK || status == LZMA_BUF_ERROR ? Status::More
                                                         : Status::Damaged;
  }
  bool restart() override {
    return lzma_stream_decoder(&stream, maxXzMemory, 0) == LZMA_OK;
  }

private:
  lzma_stream stream = LZMA_STREAM_INIT;
  bool failed;
};

class Zstd : public Codec {
public:
  Zstd() : stream(ZSTD_createDStream()) {}
  ~Zstd() override { ZSTD_freeDStream(stream); }

  Status step(Bytes &in, Bytes &out) override {
    if (!stream)
      return Status::Damaged;
    ZSTD_inBuffer from = {in.next, in.left, 0};
    ZSTD_outBuffer to = {out.next, out.left, 0};
    size_t status = ZSTD_decompressStream(stream, &to, &from);
    in = {in.next + from.pos, in.left - from.pos};
    out = {out.next + to.pos, out.left - to.pos};
    if (ZSTD_isError(status))
      return Status::Damaged;
    return status == 0 ? Status::StreamEnd : Status::More;
  }
  bool restart() override {
    return !ZSTD_isError(ZSTD_DCtx_reset(stream, ZSTD_reset_session_only));
  }

private:
  ZSTD_DStream *stream;
};

/// The compression whose files begin as `head` does (moby/go-archive v0.2.0,
/// compression.Detect), or null.
std::unique_ptr<Codec> codecFor(std::string_view head) {
  if (head.starts_with("BZh"))
    return std::make_unique<Bzip2>();
  if (head.starts_with("\x1F\x8B\x08"))
    return std::make_unique<Gzip>();
  if (head.starts_with(std::string_view("\xFD"
                                        "7zXZ\0",
                                        6)))
    return std::make_unique<Xz>();
  // A frame, or one that decoders skip.
  bool skippable = head.size() > 8 && (head[0] & 0xF0) == 0x50 &&
                   head.substr(1, 3) == "\x2A\x4D\x18";
  if (head.starts_with("\x28\xB5\x2F\xFD") || skippable)
    return std::make_unique<Zstd>();
  return nullptr;
}

llvm::Error damageError(const char *why) {
  return llvm::createStringError(std::make_error_code(std::errc::io_error),
                                 "the compressed file is damaged: %s", why);
}

} // namespace

llvm::Expected<Decompressor> Decompressor::open(int fd) {
  Decompressor result(fd);
  result.buffer = std::make_unique<char[]>(bufferSize);
  if (lseek(fd, 0, SEEK_SET) < 0)
    return llvm::createStringError(
        std::error_code(errno, std::generic_category()), "cannot be read");
  if (llvm::Error error = result.fill())
    return error;
  result.codec = codecFor({result.input.next, result.input.left});
  return result;
}

/// Reads on if nothing is at hand.
llvm::Error Decompressor::fill() {
  while (input.left == 0 && !atEnd) {
    ssize_t n = ::read(fd, buffer.get(), bufferSize);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return llvm::createStringError(
          std::error_code(errno, std::generic_category()), "cannot be read");
    input = {buffer.get(), static_cast<size_t>(n)};
    atEnd = n == 0;
  }
  return llvm::Error::success();
}

llvm::Expected<size_t> Decompressor::read(char *to, size_t size) {
  Codec::Bytes output = {to, size};
  while (output.left == size && size > 0) {
    if (llvm::Error error = fill())
      return error;
    if (!codec) {
      size_t n = std::min(size, input.left);
      std::copy_n(input.next, n, to);
      input = {input.next + n, input.left - n};
      return n;
    }
    if (streamEnded) {
      if (input.left == 0)
        return 0;
      if (!codec->restart())
        return damageError("another stream cannot begin");
      streamEnded = false;
    }
    // At the end of the file a codec may still have something to give.
    bool noInput = input.left == 0;
    if (!damaged) {
      Codec::Status status = codec->step(input, output);
      streamEnded = status == Codec::Status::StreamEnd;
      damaged = status == Codec::Status::Damaged;
    }
    if (output.left < size)
      break;
    if (damaged)
      return damageError("it does not decompress");
    if (noInput && !streamEnded)
      return damageError("it ends too early");
  }
  return size - output.left;
}

} // namespace llb::engine
