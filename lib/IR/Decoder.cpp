// SPDX-License-Identifier: Apache-2.0
//
// The parts of the decoder that no message type changes. Numbers of bytes are
// Go's signed ints there, so a huge length is "negative" and not "too long";
// the checks stand in that order.
#include "Decoder.h"

#include <fmt/format.h>

namespace llb::ir::wire {
namespace {

constexpr std::string_view truncated = "unexpected EOF";
constexpr std::string_view negativeLength =
    "proto: negative length found during unmarshaling";

} // namespace

std::string goName(std::string_view name) {
  std::string out;
  bool upper = true;
  for (char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return out;
}

bool Decoder::wrongType(const Cursor &at) {
  return fail(fmt::format("proto: wrong wireType = {} for field {}",
                          static_cast<unsigned>(at.type), goName(at.field)));
}

bool Decoder::longVarint(Cursor &at, uint64_t &value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (at.atEnd())
      return fail(truncated);
    auto byte = static_cast<uint8_t>(at.bytes[at.pos++]);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80)
      return true;
  }
  return fail("proto: integer overflow");
}

bool Decoder::slice(Cursor &at, std::string_view &value) {
  uint64_t length;
  if (!varint(at, length))
    return false;
  // The sum of a position and a signed 64-bit length wraps in Go.
  if (length > static_cast<uint64_t>(INT64_MAX) - at.pos)
    return fail(negativeLength);
  if (length > at.bytes.size() - at.pos)
    return fail(truncated);
  value = at.bytes.substr(at.pos, length);
  at.pos += length;
  return true;
}

bool Decoder::tag(Cursor &at, uint32_t &number) {
  uint64_t tag;
  if (!varint(at, tag))
    return false;
  at.type = static_cast<WireType>(tag & 7);
  if (at.type == WireType::EndGroup)
    return fail("proto: wiretype end group for non-group");
  auto signedNumber = static_cast<int32_t>(tag >> 3);
  if (signedNumber <= 0)
    return fail(
        fmt::format("proto: illegal tag {} (wire type {})", signedNumber, tag));
  number = static_cast<uint32_t>(signedNumber);
  return true;
}

bool Decoder::skip(Cursor &at, size_t end) {
  uint64_t groups = 0;
  uint64_t pos = at.pos;
  // A fixed-width field may reach past the end; that is found out below.
  while (pos < at.bytes.size()) {
    at.pos = pos;
    uint64_t tag;
    uint64_t value;
    if (!varint(at, tag))
      return false;
    pos = at.pos;
    switch (static_cast<WireType>(tag & 7)) {
    case WireType::Varint:
      if (!varint(at, value))
        return false;
      pos = at.pos;
      break;
    case WireType::Fixed64:
      pos += 8;
      break;
    case WireType::Length:
      if (!varint(at, value))
        return false;
      if (value > static_cast<uint64_t>(INT64_MAX) - at.pos)
        return fail(negativeLength);
      pos = at.pos + value;
      break;
    case WireType::StartGroup:
      ++groups;
      break;
    case WireType::EndGroup:
      if (groups == 0)
        return fail("proto: unexpected end of group");
      --groups;
      break;
    case WireType::Fixed32:
      pos += 4;
      break;
    default:
      return fail(fmt::format("proto: illegal wireType {}", tag & 7));
    }
    if (groups != 0)
      continue;
    if (pos > end)
      return fail(truncated);
    at.pos = pos;
    return true;
  }
  return fail(truncated);
}

bool Decoder::mapValue(Cursor &at, std::string *into) {
  std::string_view value;
  if (!slice(at, value))
    return false;
  if (into)
    *into = value;
  return true;
}

bool Decoder::mapValue(Cursor &at, bool *into) {
  uint64_t value;
  if (!varint(at, value))
    return false;
  if (into)
    *into = value != 0;
  return true;
}

bool Decoder::mapValue(Cursor &at, BuildInput *into) {
  std::string_view value;
  if (!slice(at, value))
    return false;
  if (into)
    *into = {};
  return message(value, into);
}

bool Decoder::field(Cursor &at, std::optional<RawDefinition> *into) {
  std::string_view value;
  if (!sliceField(at, value) ||
      !message(value, static_cast<Definition *>(nullptr)))
    return false;
  // Encodings of one message in a row are the encoding of their union.
  if (into)
    (*into ? **into : into->emplace()).bytes += value;
  return true;
}

} // namespace llb::ir::wire
