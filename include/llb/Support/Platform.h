// SPDX-License-Identifier: Apache-2.0
//
// Platforms as containerd/platforms v1.0.0-rc.4 parses, normalises and formats
// them.
#ifndef LLB_SUPPORT_PLATFORM_H
#define LLB_SUPPORT_PLATFORM_H

#include <string>
#include <string_view>
#include <vector>

namespace llb {

struct PlatformSpec {
  std::string os;
  std::string architecture;
  std::string variant;
  std::string osVersion;
  std::vector<std::string> osFeatures;

  bool operator==(const PlatformSpec &) const = default;

  /// platforms.Parse; on failure `error` is Go's text and the result is empty.
  static bool parse(std::string_view text, PlatformSpec &result,
                    std::string &error);
  /// platforms.Normalize.
  PlatformSpec normalized() const;
  /// `os/arch[/variant]`.
  std::string format() const;
  /// `format` with `(version+feature)` after the os.
  std::string formatAll() const;
  /// What BuildKit takes for the build machine: linux on this architecture.
  static PlatformSpec host();
};

/// `PATH` of an image that sets none; there is none on Windows.
inline constexpr std::string_view defaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

} // namespace llb

#endif
