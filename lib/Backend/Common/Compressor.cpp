// SPDX-License-Identifier: Apache-2.0
//
// gzip by ISA-L, at fifteen times the speed of zlib's default for some percent
// of size; its levels end at 3, so higher ones are zlib's. The bytes are not
// those of Go's compressor, the tar inside is. No name and no time is written,
// so equal content has equal digests.
#include "Compressor.h"

#include <isa-l/igzip_lib.h>
#include <zlib.h>
#include <zstd.h>

namespace llb::backend {
namespace {

constexpr size_t chunkSize = size_t(128) << 10;

llvm::Error compressionError(const char *what) {
  return llvm::createStringError(std::make_error_code(std::errc::io_error),
                                 "compression failed: %s", what);
}

class Plain : public Compressor {
public:
  explicit Plain(ByteSink sink) : sink(std::move(sink)) {}
  llvm::Error write(std::string_view data) override { return sink(data); }
  llvm::Error finish() override { return llvm::Error::success(); }

private:
  ByteSink sink;
};

class IsaGzip : public Compressor {
public:
  IsaGzip(int level, ByteSink sink) : sink(std::move(sink)) {
    constexpr size_t levelBytes[] = {
        ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT,
        ISAL_DEF_LVL3_DEFAULT};
    isal_deflate_init(&stream);
    stream.gzip_flag = IGZIP_GZIP;
    stream.level = static_cast<uint32_t>(level);
    levelBuffer.resize(levelBytes[level]);
    stream.level_buf = levelBuffer.data();
    stream.level_buf_size = static_cast<uint32_t>(levelBuffer.size());
    out.resize(chunkSize);
  }
  llvm::Error write(std::string_view data) override {
    return run(data, /*last=*/false);
  }
  llvm::Error finish() override { return run({}, /*last=*/true); }

private:
  llvm::Error run(std::string_view data, bool last) {
    stream.next_in =
        reinterpret_cast<uint8_t *>(const_cast<char *>(data.data()));
    stream.avail_in = static_cast<uint32_t>(data.size());
    stream.end_of_stream = last;
    do {
      stream.next_out = out.data();
      stream.avail_out = static_cast<uint32_t>(out.size());
      if (isal_deflate(&stream) != COMP_OK)
        return compressionError("ISA-L");
      size_t made = out.size() - stream.avail_out;
      if (made)
        if (llvm::Error error = sink(std::string_view(
                reinterpret_cast<const char *>(out.data()), made)))
          return error;
    } while (stream.avail_in || stream.avail_out == 0 ||
             (last && stream.internal_state.state != ZSTATE_END));
    return llvm::Error::success();
  }

  ByteSink sink;
  isal_zstream stream{};
  std::vector<uint8_t> levelBuffer, out;
};

class ZlibGzip : public Compressor {
public:
  ZlibGzip(int level, ByteSink sink) : sink(std::move(sink)) {
    constexpr int gzipWindow = 15 + 16, memory = 8;
    good = deflateInit2(&stream, level, Z_DEFLATED, gzipWindow, memory,
                        Z_DEFAULT_STRATEGY) == Z_OK;
    out.resize(chunkSize);
  }
  ~ZlibGzip() override { deflateEnd(&stream); }
  llvm::Error write(std::string_view data) override {
    return run(data, Z_NO_FLUSH);
  }
  llvm::Error finish() override { return run({}, Z_FINISH); }

private:
  llvm::Error run(std::string_view data, int flush) {
    if (!good)
      return compressionError("zlib");
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    do {
      stream.next_out = out.data();
      stream.avail_out = static_cast<uInt>(out.size());
      if (deflate(&stream, flush) == Z_STREAM_ERROR)
        return compressionError("zlib");
      if (llvm::Error error =
              sink(std::string_view(reinterpret_cast<const char *>(out.data()),
                                    out.size() - stream.avail_out)))
        return error;
    } while (stream.avail_out == 0);
    return llvm::Error::success();
  }

  ByteSink sink;
  z_stream stream{};
  bool good;
  std::vector<Bytef> out;
};

class Zstd : public Compressor {
public:
  Zstd(int level, ByteSink sink)
      : sink(std::move(sink)), context(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
    out.resize(ZSTD_CStreamOutSize());
  }
  llvm::Error write(std::string_view data) override {
    return run(data, ZSTD_e_continue);
  }
  llvm::Error finish() override { return run({}, ZSTD_e_end); }

private:
  llvm::Error run(std::string_view data, ZSTD_EndDirective mode) {
    ZSTD_inBuffer input{data.data(), data.size(), 0};
    for (;;) {
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      size_t left = ZSTD_compressStream2(context.get(), &output, &input, mode);
      if (ZSTD_isError(left))
        return compressionError(ZSTD_getErrorName(left));
      if (llvm::Error error = sink(std::string_view(out.data(), output.pos)))
        return error;
      if (mode == ZSTD_e_end ? left == 0 : input.pos == input.size)
        return llvm::Error::success();
    }
  }

  ByteSink sink;
  std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx *)> context;
  std::vector<char> out;
};

} // namespace

Compressor::~Compressor() = default;

std::unique_ptr<Compressor> Compressor::create(Compression compression,
                                               std::optional<int> level,
                                               ByteSink sink) {
  constexpr int fastGzip = 1, highestIsa = 3, highestZlib = 9, defaultZstd = 3;
  switch (compression) {
  case Compression::None:
    return std::make_unique<Plain>(std::move(sink));
  case Compression::Gzip: {
    int wanted = level.value_or(fastGzip);
    if (wanted < 0)
      wanted = fastGzip;
    if (wanted <= highestIsa)
      return std::make_unique<IsaGzip>(wanted, std::move(sink));
    return std::make_unique<ZlibGzip>(std::min(wanted, highestZlib),
                                      std::move(sink));
  }
  case Compression::Zstd:
    break;
  }
  return std::make_unique<Zstd>(level.value_or(defaultZstd), std::move(sink));
}

} // namespace llb::backend
