// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 digests as OCI writes them (`sha256:<64 hex>`).
#ifndef LLB_SUPPORT_DIGEST_H
#define LLB_SUPPORT_DIGEST_H

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llb {

struct Digest {
  std::array<uint8_t, 32> bytes{};

  auto operator<=>(const Digest &) const = default;

  /// SHA-256 of `data`.
  static Digest of(std::string_view data);
  /// Reads `sha256:<64 lower-case hex>`; nothing else is accepted.
  static std::optional<Digest> parse(std::string_view text);
  /// `sha256:<64 lower-case hex>`.
  std::string str() const;

  /// The text of `str` without memory of its own.
  using Text = std::array<char, 71>;
  Text text() const;
};

} // namespace llb

#endif
