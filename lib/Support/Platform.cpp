// SPDX-License-Identifier: Apache-2.0
//
// The host is linux on the architecture this was compiled for. Parsing and
// normalising disagree on the usual variants: `linux/arm64` has none,
// `linux/arm64/v8` keeps its own when parsed and loses it when normalised.
#include "llb/Support/Platform.h"

#include "llb/Support/Architecture.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoText.h"
#include "llb/Support/GoUrl.h"
#include "llb/Support/Unicode.h"

#include <algorithm>

namespace llb {
namespace {

constexpr std::string_view hostOs = "linux";

#if defined(__x86_64__)
constexpr std::string_view hostArchitecture = "amd64";
#elif defined(__aarch64__)
constexpr std::string_view hostArchitecture = "arm64";
#elif defined(__arm__)
constexpr std::string_view hostArchitecture = "arm";
#elif defined(__i386__)
constexpr std::string_view hostArchitecture = "386";
#elif defined(__riscv) && __riscv_xlen == 64
constexpr std::string_view hostArchitecture = "riscv64";
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
constexpr std::string_view hostArchitecture = "ppc64le";
#elif defined(__s390x__)
constexpr std::string_view hostArchitecture = "s390x";
#elif defined(__loongarch64)
constexpr std::string_view hostArchitecture = "loong64";
#else
#error "no OCI name is known for this architecture"
#endif

constexpr std::string_view knownOses[] = {
    "aix",     "android", "darwin",  "dragonfly", "freebsd", "hurd",
    "illumos", "ios",     "js",      "linux",     "nacl",    "netbsd",
    "openbsd", "plan9",   "solaris", "windows",   "zos"};

/// The expressions as messages show them.
constexpr std::string_view osExpression =
    R"(^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$)";
constexpr std::string_view partExpression = "^[A-Za-z0-9_.-]+$";

template <size_t N>
bool contains(const std::string_view (&list)[N], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool isWord(std::string_view text, std::string_view extra) {
  return std::all_of(text.begin(), text.end(), [extra](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || extra.find(c) != std::string_view::npos;
  });
}

std::string normalizeOs(std::string_view os) {
  if (os.empty())
    return std::string(hostOs);
  std::string lower = unicode::toLower(os);
  return lower == "macos" ? "darwin" : lower;
}

std::string invalidArgument(const std::string &text) {
  return text + ": invalid argument";
}

/// Undoes the percent encoding that FormatAll applies.
go::Parsed<std::string> decodeOption(std::string_view text) {
  if (text.find('%') == std::string_view::npos)
    return {std::string(text), {}};
  return go::unescapeUrlPath(text);
}

std::string encodeOption(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    if (std::string_view("%+()/").find(c) == std::string_view::npos) {
      out += c;
      continue;
    }
    out += '%';
    out += digits[c >> 4];
    out += digits[c & 15];
  }
  return out;
}

/// `a+b`; the text is not empty and has no empty features.
bool parseFeatures(std::string_view text, std::vector<std::string> &features,
                   std::string &error) {
  while (true) {
    size_t plus = std::min(text.find('+'), text.size());
    std::string_view raw = text.substr(0, plus);
    go::Parsed<std::string> feature = decodeOption(raw);
    if (!feature.ok()) {
      error = "invalid os feature " + go::quote(raw) + ": " + feature.error;
      return false;
    }
    features.push_back(std::move(feature.value));
    if (plus == text.size())
      return true;
    text.remove_prefix(plus + 1);
  }
}

/// `os`, or `os(version+feature+feature)`.
bool parseOs(std::string_view part, std::string_view whole,
             PlatformSpec &platform, std::string &error) {
  size_t open = std::min(part.find('('), part.size());
  std::string_view os = part.substr(0, open), version, features;
  bool valid = !os.empty() && isWord(os, "_-");
  if (open < part.size()) {
    valid = valid && part.ends_with(')') && open + 1 < part.size();
    if (valid) {
      std::string_view options = part.substr(open + 1, part.size() - open - 2);
      size_t plus = std::min(options.find('+'), options.size());
      version = options.substr(0, plus);
      features = options.substr(plus);
      valid = isWord(version, "_.%-") && isWord(features, "_.%-+") &&
              features.find("++") == std::string_view::npos &&
              !features.ends_with('+');
    }
  }
  if (!valid) {
    error = invalidArgument(
        go::quote(part) + " is an invalid OS component of " + go::quote(whole) +
        ": OSAndVersion specifier component must match " +
        go::quote(osExpression));
    return false;
  }

  platform.os = normalizeOs(os);
  go::Parsed<std::string> decoded = decodeOption(version);
  if (!decoded.ok()) {
    error = go::quote(whole) + " has an invalid OS version " +
            go::quote(version) + ": " + decoded.error;
    return false;
  }
  platform.osVersion = std::move(decoded.value);
  if (!features.empty() &&
      !parseFeatures(features.substr(1), platform.osFeatures, error)) {
    error = go::quote(whole) + " has invalid OS features: " + error;
    return false;
  }
  return true;
}

/// A lone word: an OS or an architecture.
bool completeSingle(std::string_view word, PlatformSpec &platform) {
  if (contains(knownOses, platform.os)) {
    platform.architecture = hostArchitecture;
    return true;
  }
  platform.architecture = word;
  normalizeArchitecture(platform.architecture, platform.variant);
  if (platform.architecture == "arm" && platform.variant == "v7")
    platform.variant.clear();
  platform.os = hostOs;
  return findArchitecture(platform.architecture);
}

} // namespace

bool PlatformSpec::parse(std::string_view text, PlatformSpec &result,
                         std::string &error) {
  result = {};
  if (text.find('*') != std::string_view::npos) {
    error = invalidArgument(go::quote(text) + ": wildcards not yet supported");
    return false;
  }

  std::vector<std::string_view> parts;
  std::string_view rest = text;
  for (size_t slash; parts.size() < 3 &&
                     (slash = rest.find('/')) != std::string_view::npos;) {
    parts.push_back(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
  }
  parts.push_back(rest);

  PlatformSpec platform;
  if (!parseOs(parts[0], text, platform, error))
    return false;
  for (size_t i = 1; i < parts.size(); ++i) {
    if (!parts[i].empty() && isWord(parts[i], "_.-"))
      continue;
    error = invalidArgument(go::quote(parts[i]) +
                            " is an invalid component of " + go::quote(text) +
                            ": platform specifier component must match " +
                            go::quote(partExpression));
    return false;
  }

  if (parts.size() == 1) {
    if (!completeSingle(parts[0], platform)) {
      error = invalidArgument(go::quote(text) +
                              ": unknown operating system or architecture");
      return false;
    }
  } else if (parts.size() <= 3) {
    platform.architecture = parts[1];
    if (parts.size() == 3)
      platform.variant = parts[2];
    normalizeArchitecture(platform.architecture, platform.variant);
    if (parts.size() == 2 && platform.architecture == "arm" &&
        platform.variant == "v7")
      platform.variant.clear();
    if (parts.size() == 3 && platform.architecture == "arm64" &&
        platform.variant.empty())
      platform.variant = "v8";
  } else {
    error =
        invalidArgument(go::quote(text) + ": cannot parse platform specifier");
    return false;
  }
  result = std::move(platform);
  return true;
}

PlatformSpec PlatformSpec::normalized() const {
  PlatformSpec result = *this;
  result.os = normalizeOs(os);
  normalizeArchitecture(result.architecture, result.variant);
  std::vector<std::string> &features = result.osFeatures;
  std::sort(features.begin(), features.end());
  features.erase(std::unique(features.begin(), features.end()), features.end());
  return result;
}

std::string PlatformSpec::format() const {
  if (os.empty())
    return "unknown";
  return go::joinPath({os, architecture, variant});
}

std::string PlatformSpec::formatAll() const {
  if (os.empty() || (osVersion.empty() && osFeatures.empty()))
    return format();

  std::vector<std::string> sorted = osFeatures;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::string options = encodeOption(osVersion);
  bool first = true;
  for (const std::string &feature : sorted) {
    if (feature.empty())
      continue;
    options += '+';
    options += encodeOption(feature);
    first = false;
  }
  if (osVersion.empty() && first)
    return format();
  return go::joinPath({os + "(" + options + ")", architecture, variant});
}

PlatformSpec PlatformSpec::host() {
  PlatformSpec platform;
  platform.os = hostOs;
  platform.architecture = hostArchitecture;
  return platform.normalized();
}

} // namespace llb
