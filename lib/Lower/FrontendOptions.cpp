// SPDX-License-Identifier: Apache-2.0
//
// Parsing of frontend options. The order of the checks is BuildKit's, because
// the first bad option is the one it reports.
#include "FrontendOptions.h"
#include "OptionValues.h"
#include "llb/Check/Linter.h"
#include "llb/Support/GoText.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Unicode.h"

#include <fmt/format.h>

namespace llb::lower {

namespace {

constexpr std::string_view buildArgPrefix = "build-arg:";
constexpr std::string_view labelPrefix = "label:";

/// Parses one option after the other; `error` is that of the first bad one.
class OptionReader {
public:
  explicit OptionReader(FrontendOptions &out) : out(out) {}
  DiagId id = diag::BadOption;
  std::string error;

  bool readAll();

private:
  bool fail(std::string text) {
    error = std::move(text);
    return false;
  }
  /// The value, empty if the option is absent.
  const std::string &value(const std::string &key) const {
    static const std::string none;
    const std::string *found = out.find(key);
    return found ? *found : none;
  }
  std::map<std::string, std::string> withPrefix(std::string_view prefix) const;

  bool checkRemoved();
  bool readPlatforms();
  bool readResolveMode();
  bool readExtraHosts();
  bool readShmSize();
  bool readUlimits();
  bool readNetwork();
  void readNoCache();
  bool readMultiPlatform();
  bool readCheck();

  FrontendOptions &out;
};

} // namespace

static std::vector<std::string> splitCommas(std::string_view text) {
  std::vector<std::string> result;
  while (true) {
    size_t comma = text.find(',');
    result.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos)
      return result;
    text.remove_prefix(comma + 1);
  }
}

std::map<std::string, std::string>
OptionReader::withPrefix(std::string_view prefix) const {
  std::map<std::string, std::string> result;
  for (auto at = out.raw.lower_bound(std::string(prefix));
       at != out.raw.end() && at->first.starts_with(prefix); ++at)
    result[at->first.substr(prefix.size())] = at->second;
  return result;
}

bool OptionReader::checkRemoved() {
  if (!value("override-copy-image").empty())
    return fail("support for \"override-copy-image\" was removed in BuildKit "
                "0.11");
  auto disabled = go::parseBool(value("build-arg:BUILDKIT_DISABLE_FILEOP"));
  if (disabled.ok() && disabled.value)
    return fail("support for \"BUILDKIT_DISABLE_FILEOP\" build-arg was removed "
                "in BuildKit 0.11");
  return true;
}

bool OptionReader::readPlatforms() {
  const std::string &text = value("platform");
  if (text.empty())
    return true;
  for (const std::string &item : splitCommas(text)) {
    PlatformSpec platform;
    std::string why;
    if (!PlatformSpec::parse(item, platform, why))
      return fail(
          fmt::format("failed to parse target platform {}: {}", item, why));
    out.targetPlatforms.push_back(platform.normalized());
  }
  return true;
}

bool OptionReader::readResolveMode() {
  const std::string &mode = value("image-resolve-mode");
  if (mode.empty() || mode == "default")
    out.resolveMode = ResolveMode::Default;
  else if (mode == "pull")
    out.resolveMode = ResolveMode::Pull;
  else if (mode == "local")
    out.resolveMode = ResolveMode::Local;
  else
    return fail("invalid image-resolve-mode: " + mode);
  return true;
}

bool OptionReader::readExtraHosts() {
  const std::string &text = value("add-hosts");
  if (text.empty())
    return true;
  auto fields = go::parseCsv(text);
  if (!fields.ok())
    return fail("failed to parse additional hosts: " + fields.error);
  for (const std::string &field : fields.value) {
    std::string lower = unicode::toLower(field);
    size_t equals = lower.find('=');
    if (equals == std::string::npos)
      return fail("failed to parse additional hosts: invalid key-value pair " +
                  field);
    std::string address = lower.substr(equals + 1);
    std::optional<std::string> ip = normalizeIp(address);
    if (!ip)
      return fail("failed to parse additional hosts: failed to parse IP " +
                  address);
    ir::HostIp host;
    host.host = lower.substr(0, equals);
    host.ip = std::move(*ip);
    out.extraHosts.push_back(std::move(host));
  }
  return true;
}

bool OptionReader::readShmSize() {
  const std::string &text = value("shm-size");
  if (text.empty())
    return true;
  auto size = go::parseInt(text, 10, 64);
  if (!size.ok())
    return fail("failed to parse shm size: " + size.error);
  out.shmSize = size.value;
  return true;
}

bool OptionReader::readUlimits() {
  const std::string &text = value("ulimit");
  if (text.empty())
    return true;
  auto fields = go::parseCsv(text);
  if (!fields.ok())
    return fail("failed to parse ulimit: " + fields.error);
  for (const std::string &field : fields.value) {
    auto ulimit = parseUlimit(field);
    if (!ulimit.ok())
      return fail("failed to parse ulimit: " + ulimit.error);
    out.ulimits.push_back(std::move(ulimit.value));
  }
  return true;
}

bool OptionReader::readNetwork() {
  const std::string &mode = value("force-network-mode");
  if (mode.empty() || mode == "sandbox")
    out.network = ir::NetMode::Unset;
  else if (mode == "none")
    out.network = ir::NetMode::None;
  else if (mode == "host")
    out.network = ir::NetMode::Host;
  else
    return fail("invalid netmode " + mode);
  return true;
}

void OptionReader::readNoCache() {
  const std::string *stages = out.find("no-cache");
  if (!stages)
    return;
  out.noCache.emplace();
  if (!stages->empty())
    out.noCache = splitCommas(*stages);
}

bool OptionReader::readMultiPlatform() {
  out.multiPlatform = out.targetPlatforms.size() > 1;
  const std::string *text = &value("build-arg:BUILDKIT_MULTI_PLATFORM");
  if (text->empty())
    text = &value("multi-platform");
  if (text->empty())
    return true;
  auto multi = go::parseBool(*text);
  if (!multi.ok())
    return fail("invalid boolean value for multi-platform: " + *text);
  if (!multi.value && out.multiPlatform)
    return fail("conflicting config: returning multiple target platforms is "
                "not allowed");
  out.multiPlatform = multi.value;
  return true;
}

bool OptionReader::readCheck() {
  const std::string *check = out.find("build-arg:BUILDKIT_DOCKERFILE_CHECK");
  if (!check)
    return true;
  check::CheckOptions parsed;
  std::string why;
  if (!check::CheckOptions::parse(*check, parsed, why)) {
    id = diag::InvalidCheckArg;
    return fail(std::move(why));
  }
  out.check = std::move(parsed);
  return true;
}

bool OptionReader::readAll() {
  bool sound = checkRemoved() && readPlatforms() && readResolveMode() &&
               readExtraHosts() && readShmSize() && readUlimits();
  if (!sound)
    return false;
  auto resources = parseLinuxResources(
      [&](const std::string &key) -> std::string_view { return value(key); });
  if (!resources.ok())
    return fail("failed to parse resource limits: " + resources.error);
  out.linuxResources = std::move(resources.value);
  if (!readNetwork())
    return false;
  readNoCache();
  if (!readMultiPlatform())
    return false;

  out.buildArgs = withPrefix(buildArgPrefix);
  out.labels = withPrefix(labelPrefix);
  out.cacheNamespace = value("build-arg:BUILDKIT_CACHE_MOUNT_NS");
  out.cgroupParent = value("cgroup-parent");
  out.target = value("target");
  out.hostname = value("build-arg:BUILDKIT_SANDBOX_HOSTNAME");
  if (out.hostname.empty())
    out.hostname = value("hostname");
  if (!readCheck())
    return false;
  out.requestId = value("requestid");
  return true;
}

llvm::FailureOr<FrontendOptions>
FrontendOptions::parse(const std::map<std::string, std::string> &opts,
                       DiagEngine &diags) {
  FrontendOptions result;
  result.raw = opts;
  OptionReader reader(result);
  if (reader.readAll())
    return result;
  diags.report(reader.id, {}, reader.error);
  return llvm::failure();
}

bool FrontendOptions::ignoresCache(std::string_view stageName) const {
  if (!noCache || noCache->empty())
    return noCache.has_value();
  for (const std::string &name : *noCache)
    if (unicode::equalFold(name, stageName))
      return true;
  return false;
}

const std::string *FrontendOptions::find(const std::string &key) const {
  auto found = raw.find(key);
  return found == raw.end() ? nullptr : &found->second;
}

} // namespace llb::lower
