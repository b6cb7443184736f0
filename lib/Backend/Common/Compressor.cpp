// SPDX-License-Identifier: Apache-2.0
//
// gzip by libdeflate, block by block: smaller than what Go's compressor makes,
// at five times its speed. Levels up to 3 ask for speed and are ISA-L's. The
// bytes are not those of Go, the tar inside is. No name and no time is written,
// so equal content has equal digests. zstd splits its stream into jobs, whose
// size decides what comes out; the number of threads does not.
#include "Compressor.h"

#include "DeflateBlock.h"

#include <algorithm>
#include <isa-l/igzip_lib.h>
#include <thread>
#include <zstd.h>

namespace llb::backend {
namespace {

constexpr size_t chunkSize = size_t(128) << 10;
/// libdeflate's 5 is what is still smaller than Go's 6, the default of
/// BuildKit.
constexpr int highestIsa = 3, defaultGzip = 5, highestGzip = 9;
constexpr int defaultZstd = 3;

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

class Zstd : public Compressor {
public:
  Zstd(int level, ByteSink sink)
      : sink(std::move(sink)), context(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    constexpr int jobBytes = 4 << 20, highestThreaded = 12;
    constexpr unsigned maxWorkers = 4;
    out.resize(ZSTD_CStreamOutSize());
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
    // As far as BuildKit's looks back, and as any reader must be able to (RFC
    // 8878, 3.1.1.1.2). Higher levels look back further by themselves.
    constexpr int windowLog = 23, lastNarrow = 16;
    if (level <= lastNarrow)
      ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, windowLog);
    // Each worker of a higher one would need hundreds of megabytes.
    if (level > highestThreaded)
      return;
    ZSTD_CCtx_setParameter(
        context.get(), ZSTD_c_nbWorkers,
        static_cast<int>(
            std::clamp(std::thread::hardware_concurrency(), 1u, maxWorkers)));
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_jobSize, jobBytes);
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
  switch (compression) {
  case Compression::None:
    return std::make_unique<Plain>(std::move(sink));
  case Compression::Gzip:
    return std::make_unique<IsaGzip>(
        std::clamp(level.value_or(highestIsa), 0, highestIsa), std::move(sink));
  case Compression::Zstd:
    break;
  }
  return std::make_unique<Zstd>(level.value_or(defaultZstd), std::move(sink));
}

bool BlockCompressor::canDo(Compression compression, std::optional<int> level) {
  int wanted = level.value_or(defaultGzip);
  return compression == Compression::Gzip &&
         (wanted < 0 || wanted > highestIsa);
}

BlockCompressor::BlockCompressor(std::optional<int> level) {
  int wanted = level.value_or(defaultGzip);
  blocks = std::make_unique<DeflateBlock>(
      wanted < 0 ? defaultGzip : std::min(wanted, highestGzip));
}

BlockCompressor::~BlockCompressor() = default;

llvm::Error BlockCompressor::compress(std::string_view data, std::string &out) {
  return blocks->compress(data, out) ? llvm::Error::success()
                                     : compressionError("libdeflate");
}

std::string BlockCompressor::header() {
  // Deflate, no flags, no time, no hint, an unknown system.
  return {"\x1f\x8b\x08\0\0\0\0\0\0\xff", 10};
}

std::string BlockCompressor::trailer(uint32_t checksum, int64_t size) {
  std::string text(deflateEnd);
  for (uint32_t value : {checksum, static_cast<uint32_t>(size)})
    for (int byte = 0; byte < 4; ++byte)
      text += static_cast<char>(value >> (8 * byte));
  return text;
}

uint32_t BlockCompressor::continueChecksum(uint32_t checksum,
                                           std::string_view data) {
  return continueCrc32(checksum, data);
}

} // namespace llb::backend
