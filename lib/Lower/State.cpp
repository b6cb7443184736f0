// SPDX-License-Identifier: Apache-2.0
//
// Helpers of stage states: history, places, names of steps.
#include "State.h"
#include "llb/Support/GoText.h"

#include <fmt/format.h>

namespace llb::lower {

void StageState::setRoot(ir::ValueId value,
                         const std::optional<PlatformSpec> &opPlatform) {
  root = value;
  if (opPlatform)
    statePlatform = opPlatform->normalized();
}

void StageState::addHistory(std::string text, bool layer) {
  HistoryEntry entry;
  if (epoch)
    entry.created = go::formatUnixTime(*epoch);
  entry.createdBy = std::move(text);
  entry.comment = "buildkit.dockerfile.v0";
  entry.emptyLayer = !layer;
  image.history.append(std::move(entry));
}

std::vector<ir::Location> LowerContext::locations(LineRange lines) const {
  ir::Location location;
  if (lines.first != 0) {
    location.ranges.reserve(lines.last - lines.first + 1);
    for (unsigned line = lines.first; line <= lines.last; ++line) {
      ir::Position position;
      position.line = static_cast<int32_t>(line);
      ir::Range range;
      range.start = position;
      range.end = position;
      location.ranges.push_back(std::move(range));
    }
  }
  std::vector<ir::Location> result;
  result.push_back(std::move(location));
  return result;
}

std::string internalName(std::string_view text) {
  return fmt::format("[internal] {}", text);
}

ir::Platform toIr(const PlatformSpec &platform) {
  ir::Platform result;
  result.architecture = platform.architecture;
  result.os = platform.os;
  result.variant = platform.variant;
  result.osVersion = platform.osVersion;
  result.osFeatures = ir::StringList(platform.osFeatures);
  return result;
}

/// The platform that TARGETPLATFORM or its parts name, if any is set.
static std::optional<PlatformSpec> platformOf(const EnvGetter &env) {
  PlatformSpec result;
  if (const std::string *whole = env.get("TARGETPLATFORM")) {
    std::string error;
    if (PlatformSpec::parse(*whole, result, error))
      return result;
    result = PlatformSpec();
  }
  const std::string *os = env.get("TARGETOS");
  const std::string *architecture = env.get("TARGETARCH");
  const std::string *variant = env.get("TARGETVARIANT");
  if (!os && !architecture && !variant)
    return std::nullopt;
  if (os)
    result.os = *os;
  if (architecture)
    result.architecture = *architecture;
  if (variant)
    result.variant = *variant;
  return result;
}

/// `->arm64` in a cross build: what a step on `own` builds for.
static std::string crossSuffix(const PlatformSpec &own, const EnvGetter &env) {
  std::optional<PlatformSpec> target = platformOf(env);
  if (!target)
    return {};
  if (target->os.empty())
    target->os = own.os;
  if (target->architecture.empty())
    target->architecture = own.architecture;
  PlatformSpec other = target->normalized();
  if (other.os != own.os)
    return "->" + other.formatAll();
  if (other.architecture == own.architecture)
    return {};
  std::string suffix = "->" + other.architecture;
  if (!other.variant.empty())
    suffix += "/" + other.variant;
  return suffix;
}

llvm::SMRange findWord(llvm::SMRange range, std::string_view word) {
  if (!range.isValid() || word.empty())
    return range;
  const char *start = range.Start.getPointer();
  std::string_view text(start, range.End.getPointer() - start);
  constexpr std::string_view ends = " \t\r\n\"',=[]";
  auto isEnd = [&](size_t at) {
    return at >= text.size() || ends.find(text[at]) != std::string_view::npos;
  };
  size_t found = text.find(word);
  for (size_t at = found; at != std::string_view::npos;
       at = text.find(word, at + 1))
    if ((at == 0 || isEnd(at - 1)) && isEnd(at + word.size())) {
      found = at;
      break;
    }
  if (found == std::string_view::npos)
    return range;
  auto place = [&](size_t at) {
    return llvm::SMLoc::getFromPointer(start + at);
  };
  return {place(found), place(found + word.size())};
}

std::string stepName(const LowerContext &context, StageState &stage,
                     std::string_view text,
                     const std::optional<PlatformSpec> &platform,
                     const EnvGetter &env) {
  if (stage.commandTotal == 0)
    return std::string(text);
  std::string result = "[";
  if (context.frontend.multiPlatform && platform)
    result += platform->formatAll() + crossSuffix(*platform, env) + " ";
  if (!stage.displayName.empty())
    result += stage.displayName + " ";
  std::string total = fmt::to_string(stage.commandTotal);
  result +=
      fmt::format("{:>{}}/{}] ", ++stage.commandIndex, total.size(), total);
  if (stage.commandIsOnBuild)
    result += "ONBUILD ";
  return result.append(text);
}

} // namespace llb::lower
