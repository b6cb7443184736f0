// SPDX-License-Identifier: Apache-2.0
//
// libdeflate makes whole streams only. The last block of one is told from
// others by its first bit, which is cleared; an empty stored block then fills
// the byte up. Where the last block begins only its predecessors tell, so their
// symbols are walked over: their lengths count, not what they stand for.
#include "DeflateBlock.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <libdeflate.h>
#include <vector>

namespace llb::backend {
namespace {

constexpr unsigned maxCodeBits = 15;
constexpr unsigned literalCodes = 288, distanceCodes = 32, lengthCodes = 19;
constexpr unsigned endOfBlock = 256;

/// What a code stands for, as far as walking over it needs to know.
enum Kind : uint8_t { Literal, Length, End, Invalid };
struct Code {
  Kind kind = Invalid;
  /// Of the code itself.
  uint8_t codeBits = 0;
  /// With the extra bits behind it.
  uint8_t allBits = 0;
  uint8_t symbol = 0;
};

unsigned extraLengthBits(unsigned symbol) {
  unsigned i = symbol - endOfBlock - 1;
  return i < 8 || i >= 28 ? 0 : (i - 4) / 4;
}
unsigned extraDistanceBits(unsigned symbol) {
  return symbol < 4 ? 0 : (symbol - 2) / 2;
}

/// A Huffman code by the bits that come next.
class Table {
public:
  template <class Describe>
  bool build(const uint8_t *lengths, unsigned count, Describe describe) {
    std::array<unsigned, maxCodeBits + 2> next{};
    std::array<unsigned, maxCodeBits + 1> number{};
    for (unsigned i = 0; i < count; ++i)
      ++number[lengths[i]];
    number[0] = 0;
    bits = maxCodeBits;
    while (bits > 1 && !number[bits])
      --bits;
    for (unsigned i = 1, code = 0; i <= maxCodeBits; ++i) {
      code = (code + number[i - 1]) << 1;
      next[i] = code;
      if (code + number[i] > 1u << i)
        return false;
    }
    codes.assign(size_t(1) << bits, Code());
    for (unsigned i = 0; i < count; ++i) {
      unsigned length = lengths[i];
      if (!length)
        continue;
      unsigned code = next[length]++, reversed = 0;
      for (unsigned bit = 0; bit < length; ++bit)
        reversed |= (code >> bit & 1) << (length - 1 - bit);
      Code entry = describe(i);
      entry.codeBits = static_cast<uint8_t>(length);
      entry.allBits = static_cast<uint8_t>(entry.allBits + length);
      for (size_t at = reversed; at < codes.size(); at += size_t(1) << length)
        codes[at] = entry;
    }
    return true;
  }
  const Code &at(uint64_t next) const {
    return codes[next & (codes.size() - 1)];
  }

private:
  unsigned bits = 1;
  std::vector<Code> codes;
};

class Walk {
public:
  Walk(const uint8_t *data, size_t size)
      : data(data), limit(uint64_t(size) * 8) {}

  std::optional<DeflateEnd> run();

private:
  /// At least 57 bits.
  uint64_t peek() const {
    uint64_t word;
    std::memcpy(&word, data + at / 8, sizeof word);
    return word >> (at % 8);
  }
  unsigned take(unsigned bits) {
    auto value = static_cast<unsigned>(peek() & ((uint64_t(1) << bits) - 1));
    at += bits;
    return value;
  }
  bool readCodes(bool isFixed);
  bool readLengths(uint8_t *lengths, unsigned count);
  bool walkSymbols();

  const uint8_t *data;
  uint64_t limit;
  uint64_t at = 0;
  Table literals, distances, lengthTable;
};

bool Walk::readLengths(uint8_t *lengths, unsigned count) {
  for (unsigned i = 0; i < count && at < limit;) {
    const Code &code = lengthTable.at(peek());
    if (code.kind == Invalid)
      return false;
    at += code.codeBits;
    unsigned symbol = code.symbol, repeat = 1;
    uint8_t value = static_cast<uint8_t>(symbol);
    if (symbol == 16) {
      if (i == 0)
        return false;
      value = lengths[i - 1];
      repeat = 3 + take(2);
    } else if (symbol > 16) {
      value = 0;
      repeat = symbol == 17 ? 3 + take(3) : 11 + take(7);
    }
    if (repeat > count - i)
      return false;
    std::fill_n(lengths + i, repeat, value);
    i += repeat;
  }
  return at < limit;
}

bool Walk::readCodes(bool isFixed) {
  uint8_t lengths[literalCodes + distanceCodes] = {};
  unsigned literalCount = literalCodes, distanceCount = distanceCodes;
  if (isFixed) {
    for (unsigned i = 0; i < literalCodes; ++i)
      lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    std::fill_n(lengths + literalCodes, distanceCodes, uint8_t(5));
  } else {
    literalCount = 257 + take(5);
    distanceCount = 1 + take(5);
    unsigned count = 4 + take(4);
    if (literalCount > literalCodes)
      return false;
    constexpr uint8_t order[lengthCodes] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                            11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t codeLengths[lengthCodes] = {};
    for (unsigned i = 0; i < count; ++i)
      codeLengths[order[i]] = static_cast<uint8_t>(take(3));
    auto symbol = [](unsigned i) {
      return Code{Literal, 0, 0, static_cast<uint8_t>(i)};
    };
    if (!lengthTable.build(codeLengths, lengthCodes, symbol) ||
        !readLengths(lengths, literalCount + distanceCount))
      return false;
  }
  auto literal = [](unsigned i) {
    if (i == endOfBlock)
      return Code{End};
    if (i < endOfBlock)
      return Code{Literal};
    return Code{Length, 0, static_cast<uint8_t>(extraLengthBits(i))};
  };
  auto distance = [](unsigned i) {
    return Code{Length, 0, static_cast<uint8_t>(extraDistanceBits(i))};
  };
  return literals.build(lengths, literalCount, literal) &&
         distances.build(lengths + literalCount, distanceCount, distance);
}

bool Walk::walkSymbols() {
  while (at < limit) {
    uint64_t next = peek();
    const Code *code = &literals.at(next);
    // Two codes and a length with its distance take 15 + 20 + 28 bits at most:
    // more than there are, so only a literal goes before a second look.
    if (code->kind == Literal) {
      at += code->allBits;
      next >>= code->allBits;
      code = &literals.at(next);
      if (code->kind == Literal) {
        at += code->allBits;
        continue;
      }
      next = peek();
    }
    at += code->allBits;
    if (code->kind == End)
      return at <= limit;
    if (code->kind == Invalid)
      return false;
    const Code &distance = distances.at(next >> code->allBits);
    if (distance.kind == Invalid)
      return false;
    at += distance.allBits;
  }
  return false;
}

std::optional<DeflateEnd> Walk::run() {
  while (at + 3 <= limit) {
    uint64_t block = at;
    bool isLast = take(1);
    unsigned type = take(2);
    if (type == 0) {
      at = (at + 7) / 8 * 8;
      if (at + 32 > limit)
        return std::nullopt;
      uint64_t length = take(16);
      at += 16 + length * 8;
    } else if (type == 3 || !readCodes(type == 1) || !walkSymbols()) {
      return std::nullopt;
    }
    if (at > limit)
      return std::nullopt;
    if (isLast)
      return DeflateEnd{block, at};
  }
  return std::nullopt;
}

} // namespace

std::optional<DeflateEnd> findDeflateEnd(const uint8_t *data, size_t size) {
  return Walk(data, size).run();
}

DeflateBlock::DeflateBlock(int level)
    : compressor(libdeflate_alloc_compressor(level)) {}

DeflateBlock::~DeflateBlock() { libdeflate_free_compressor(compressor); }

bool DeflateBlock::compress(std::string_view data, std::string &out) {
  if (!compressor)
    return false;
  constexpr size_t behind = 8;
  size_t start = out.size();
  size_t bound = libdeflate_deflate_compress_bound(compressor, data.size());
  out.resize(start + bound + behind);
  size_t size = libdeflate_deflate_compress(
      compressor, data.data(), data.size(), out.data() + start, bound);
  auto *bytes = reinterpret_cast<uint8_t *>(out.data() + start);
  std::optional<DeflateEnd> end = findDeflateEnd(bytes, size);
  if (!size || !end)
    return false;
  bytes[end->lastBlock / 8] &=
      static_cast<uint8_t>(~(1u << (end->lastBlock % 8)));
  // Three bits of zero begin a stored block; what is left of the last byte is
  // zero already.
  unsigned left = static_cast<unsigned>(size * 8 - end->end);
  out.resize(start + size);
  if (left < 3)
    out += '\0';
  out += std::string_view("\x00\x00\xff\xff", 4);
  return true;
}

uint32_t continueCrc32(uint32_t crc, std::string_view data) {
  return libdeflate_crc32(crc, data.data(), data.size());
}

} // namespace llb::backend
