// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 through OpenSSL's low-level calls. They are deprecated in favour of
// EVP, whose first use loads a provider and costs 0.7 ms: more than a whole
// compilation of a small file.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "llb/Support/Digest.h"

#include <algorithm>
#include <array>
#include <openssl/sha.h>

namespace llb {
namespace {

constexpr std::string_view prefix = "sha256:";

/// The value of a lower-case hexadecimal digit, or -1.
int hexValue(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return -1;
}

} // namespace

Digest Digest::of(std::string_view data) {
  Digest result;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, data.data(), data.size());
  SHA256_Final(result.bytes.data(), &context);
  return result;
}

std::optional<Digest> Digest::parse(std::string_view text) {
  Digest result;
  if (!text.starts_with(prefix) ||
      text.size() != prefix.size() + 2 * result.bytes.size())
    return std::nullopt;
  text.remove_prefix(prefix.size());
  for (size_t i = 0; i < result.bytes.size(); ++i) {
    int high = hexValue(text[2 * i]);
    int low = hexValue(text[2 * i + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    result.bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return result;
}

/// The two digits of each byte.
static constexpr auto makeHexPairs() {
  constexpr char digits[] = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs = {};
  for (size_t byte = 0; byte < pairs.size(); ++byte)
    pairs[byte] = {digits[byte >> 4], digits[byte & 15]};
  return pairs;
}

Digest::Text Digest::text() const {
  static constexpr auto hexPairs = makeHexPairs();
  static_assert(prefix.size() + 2 * sizeof(bytes) == sizeof(Text));
  Text out;
  char *to = std::copy(prefix.begin(), prefix.end(), out.begin());
  for (uint8_t byte : bytes)
    to = std::copy_n(hexPairs[byte].begin(), 2, to);
  return out;
}

std::string Digest::str() const {
  Text digits = text();
  return {digits.data(), digits.size()};
}

} // namespace llb
