// SPDX-License-Identifier: Apache-2.0
//
// Addresses, ulimits and resource limits.
#include "OptionValues.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <arpa/inet.h>
#include <fmt/format.h>

namespace llb::lower {

// ---- addresses ----

/// RFC 5952: lower-case groups without leading zeros, the first of the longest
/// runs of two or more zero groups as `::`.
static std::string formatIp6(const uint8_t (&bytes)[16]) {
  uint16_t groups[8];
  for (size_t i = 0; i < 8; ++i)
    groups[i] = bytes[2 * i] << 8 | bytes[2 * i + 1];

  int runStart = -1, runLength = 1;
  for (int i = 0; i < 8; ++i) {
    int end = i;
    while (end < 8 && groups[end] == 0)
      ++end;
    if (end - i > runLength) {
      runStart = i;
      runLength = end - i;
    }
    i = std::max(i, end - 1);
  }

  std::string result;
  for (int i = 0; i < 8; ++i) {
    if (i == runStart) {
      result += "::";
      i += runLength - 1;
      continue;
    }
    if (!result.empty() && result.back() != ':')
      result += ':';
    result += fmt::format("{:x}", groups[i]);
  }
  return result;
}

std::optional<std::string> normalizeIp(std::string_view text) {
  std::string copy(text);
  if (copy.find('\0') != std::string::npos)
    return std::nullopt;
  uint8_t bytes[16];
  auto dotted = [](const uint8_t *b) {
    return fmt::format("{}.{}.{}.{}", b[0], b[1], b[2], b[3]);
  };
  if (inet_pton(AF_INET, copy.c_str(), bytes) == 1)
    return dotted(bytes);
  if (inet_pton(AF_INET6, copy.c_str(), bytes) != 1)
    return std::nullopt;
  bool mapped = std::all_of(bytes, bytes + 10, [](int b) { return b == 0; }) &&
                bytes[10] == 0xff && bytes[11] == 0xff;
  return mapped ? dotted(bytes + 12) : formatIp6(bytes);
}

// ---- ulimits ----

static go::Parsed<ir::Ulimit> badUlimit(std::string text) {
  go::Parsed<ir::Ulimit> result;
  result.error = std::move(text);
  return result;
}

go::Parsed<ir::Ulimit> parseUlimit(std::string_view text) {
  static constexpr std::string_view types[] = {
      "core",    "cpu",      "data",   "fsize",      "locks",
      "memlock", "msgqueue", "nice",   "nofile",     "nproc",
      "rss",     "rtprio",   "rttime", "sigpending", "stack"};
  size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return badUlimit(fmt::format("invalid ulimit argument: {}", text));
  std::string_view name = text.substr(0, equals);
  std::string_view limits = text.substr(equals + 1);
  if (std::find(std::begin(types), std::end(types), name) == std::end(types))
    return badUlimit(fmt::format("invalid ulimit type: {}", name));

  size_t colon = limits.find(':');
  if (std::count(limits.begin(), limits.end(), ':') > 1)
    return badUlimit(
        fmt::format("too many limit value arguments - {}, can only have up to "
                    "two, `soft[:hard]`",
                    limits));
  std::optional<int64_t> hard;
  if (colon != std::string_view::npos) {
    auto parsed = go::parseInt(limits.substr(colon + 1), 10, 64);
    if (!parsed.ok())
      return badUlimit(parsed.error);
    hard = parsed.value;
  }
  auto soft = go::parseInt(limits.substr(0, colon), 10, 64);
  if (!soft.ok())
    return badUlimit(soft.error);
  int64_t limit = hard.value_or(soft.value);
  if (limit != -1 && soft.value == -1)
    return badUlimit(
        fmt::format("ulimit soft limit must be less than or equal to hard "
                    "limit: soft: -1 (unlimited), hard: {}",
                    limit));
  if (limit != -1 && soft.value > limit)
    return badUlimit(fmt::format("ulimit soft limit must be less than or equal "
                                 "to hard limit: {} > {}",
                                 soft.value, limit));

  go::Parsed<ir::Ulimit> result;
  result.value.name = name;
  result.value.soft = soft.value;
  result.value.hard = limit;
  return result;
}

// ---- resource limits ----

/// Error of a list of processors or memory nodes such as `0-3,5`; empty if it
/// is sound.
static std::string checkCpuset(std::string_view text) {
  constexpr int64_t maxIndex = 8192;
  for (size_t start = 0; start <= text.size();) {
    size_t comma = std::min(text.find(',', start), text.size());
    std::string_view part = unicode::trim(text.substr(start, comma - start));
    start = comma + 1;
    if (part.empty())
      continue;
    size_t dash = part.find('-');
    if (dash == std::string_view::npos) {
      auto index = go::parseAtoi(part);
      if (!index.ok() || index.value < 0)
        return "invalid cpuset element " + go::quote(part);
      if (index.value > maxIndex)
        return fmt::format("cpuset element {} exceeds maximum {}",
                           go::quote(part), maxIndex);
      continue;
    }
    auto low = go::parseAtoi(unicode::trim(part.substr(0, dash)));
    auto high = go::parseAtoi(unicode::trim(part.substr(dash + 1)));
    if (!low.ok() || !high.ok() || low.value < 0 || high.value < low.value)
      return "invalid cpuset range " + go::quote(part);
    if (high.value > maxIndex)
      return fmt::format("cpuset range {} exceeds maximum {}", go::quote(part),
                         maxIndex);
  }
  return {};
}

go::Parsed<std::optional<ir::LinuxResources>> parseLinuxResources(
    const std::function<std::string_view(const std::string &key)> &value) {
  go::Parsed<std::optional<ir::LinuxResources>> result;
  ir::LinuxResources limits;
  auto fail = [&](const std::string &key, std::string_view why) {
    if (result.error.empty())
      result.error =
          fmt::format("invalid {} value: {}: {}", key, value(key), why);
  };
  auto readSigned = [&](const std::string &key, int64_t &out,
                        bool mayBeUnlimited, std::string_view why) {
    std::string_view text = value(key);
    if (text.empty() || !result.error.empty())
      return;
    auto parsed = go::parseInt(text, 10, 64);
    if (!parsed.ok())
      return fail(key, parsed.error);
    bool unlimited = mayBeUnlimited && parsed.value == -1;
    if (parsed.value <= 0 && !unlimited)
      return fail(key, why);
    out = parsed.value;
  };
  auto readUnsigned = [&](const std::string &key, uint64_t &out) {
    std::string_view text = value(key);
    if (text.empty() || !result.error.empty())
      return;
    auto parsed = go::parseUint(text, 10, 64);
    if (!parsed.ok())
      return fail(key, parsed.error);
    if (parsed.value == 0)
      return fail(key, "must be > 0");
    out = parsed.value;
  };
  auto readCpuset = [&](const std::string &key, std::string &out) {
    std::string_view text = value(key);
    if (text.empty() || !result.error.empty())
      return;
    std::string why = checkCpuset(text);
    if (!why.empty())
      return fail(key, why);
    out = text;
  };

  readSigned("memory", limits.memory, false, "must be > 0");
  readSigned("memswap", limits.memorySwap, true,
             "must be -1 (unlimited) or > 0");
  readUnsigned("cpushares", limits.cpuShares);
  readUnsigned("cpuperiod", limits.cpuPeriod);
  readSigned("cpuquota", limits.cpuQuota, false, "must be > 0");
  readCpuset("cpusetcpus", limits.cpusetCpus);
  readCpuset("cpusetmems", limits.cpusetMems);
  if (limits != ir::LinuxResources())
    result.value = std::move(limits);
  return result;
}

} // namespace llb::lower
