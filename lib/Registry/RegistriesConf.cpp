// SPDX-License-Identifier: Apache-2.0
//
// Only version 2 of the format; keys that are about other things than finding
// an image are ignored.
#include "llb/Registry/RegistriesConf.h"

#include <algorithm>
#include <cstdlib>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>

// What toml++ 3.3 asserts, or has the compiler assume, broken files need not
// keep; it tells of them all the same.
#define TOML_EXCEPTIONS 0
#define TOML_ASSERT(condition) static_assert(true)
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

namespace llb::registry {
namespace {

std::string text(const toml::table &table, std::string_view key,
                 std::string_view fallback = "") {
  return std::string(table[key].value_or(fallback));
}

bool isLoopback(const std::string &host) {
  return host.starts_with("127.") || host.starts_with("localhost:") ||
         host == "localhost" || host.starts_with("[::1]");
}

/// `host:port/some/path` plus what of the name follows the matched prefix.
Endpoint makeEndpoint(const std::string &location, const std::string &rest,
                      bool insecure) {
  std::string whole = location + rest;
  size_t slash = whole.find('/');
  Endpoint endpoint;
  endpoint.host = whole.substr(0, slash);
  if (slash != std::string::npos)
    endpoint.repository = whole.substr(slash + 1);
  endpoint.plainFirst = isLoopback(endpoint.host);
  endpoint.insecure = insecure || endpoint.plainFirst;
  return endpoint;
}

/// Whether `name` is `prefix` or lies below it.
bool hasPrefix(const std::string &name, const std::string &prefix) {
  if (prefix.starts_with("*.")) {
    std::string_view host = std::string_view(name).substr(0, name.find('/'));
    return host.ends_with(std::string_view(prefix).substr(1));
  }
  if (!name.starts_with(prefix))
    return false;
  return name.size() == prefix.size() || name[prefix.size()] == '/' ||
         name[prefix.size()] == ':' || name[prefix.size()] == '@';
}

} // namespace

bool RegistriesConf::parse(std::string_view source, RegistriesConf &result,
                           std::string &error) {
  // Letters such as U+00E9 outside of strings are undefined behaviour in toml++
  // 3.3; names of registries have none.
  std::string ascii(source);
  std::replace_if(
      ascii.begin(), ascii.end(),
      [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  toml::parse_result parsed = toml::parse(ascii);
  if (!parsed) {
    const toml::parse_error &failure = parsed.error();
    error = "line " + std::to_string(failure.source().begin.line) + ": " +
            std::string(failure.description());
    return false;
  }
  const toml::array *list = parsed.table()["registry"].as_array();
  if (!list)
    return true;
  for (const toml::node &node : *list) {
    const toml::table *table = node.as_table();
    if (!table)
      continue;
    Registry registry;
    registry.location = text(*table, "location");
    registry.prefix = text(*table, "prefix", registry.location);
    registry.insecure = (*table)["insecure"].value_or(false);
    registry.blocked = (*table)["blocked"].value_or(false);
    if (registry.prefix.empty()) {
      error = "a registry has neither prefix nor location";
      return false;
    }
    if (const toml::array *mirrors = (*table)["mirror"].as_array())
      for (const toml::node &entry : *mirrors)
        if (const toml::table *mirror = entry.as_table())
          registry.mirrors.push_back(
              {text(*mirror, "location"), (*mirror)["insecure"].value_or(false),
               text(*mirror, "pull-from-mirror", "all")});
    result.registries.push_back(std::move(registry));
  }
  return true;
}

bool RegistriesConf::load(RegistriesConf &result, std::string &error) {
  std::vector<std::string> candidates;
  if (const char *named = std::getenv("CONTAINERS_REGISTRIES_CONF")) {
    candidates.push_back(named);
  } else {
    if (const char *home = std::getenv("HOME"))
      candidates.push_back(std::string(home) +
                           "/.config/containers/registries.conf");
    candidates.push_back("/etc/containers/registries.conf");
  }
  for (const std::string &path : candidates) {
    if (!llvm::sys::fs::exists(path))
      continue;
    auto buffer = llvm::MemoryBuffer::getFile(path);
    if (!buffer) {
      error = path + ": " + buffer.getError().message();
      return false;
    }
    if (parse((*buffer)->getBuffer(), result, error))
      return true;
    error = path + ": " + error;
    return false;
  }
  return true;
}

const RegistriesConf::Registry *
RegistriesConf::match(const std::string &name) const {
  const Registry *best = nullptr;
  for (const Registry &registry : registries)
    if (hasPrefix(name, registry.prefix) &&
        (!best || registry.prefix.size() > best->prefix.size()))
      best = &registry;
  return best;
}

std::vector<Endpoint> RegistriesConf::endpoints(const Reference &ref,
                                                std::string &error) const {
  std::string name = ref.name();
  const Registry *registry = match(name);
  if (!registry)
    return {makeEndpoint(ref.domain, "/" + ref.path, /*insecure=*/false)};
  if (registry->blocked) {
    error = "registries.conf blocks " + registry->prefix;
    return {};
  }
  // A wildcard prefix names hosts, which stay as they are.
  bool wildcard = registry->prefix.starts_with("*.");
  std::string rest =
      wildcard ? "/" + ref.path : name.substr(registry->prefix.size());
  std::vector<Endpoint> result;
  for (const Mirror &mirror : registry->mirrors) {
    bool byDigest = !ref.digest.empty();
    if ((mirror.pullFrom == "digest-only" && !byDigest) ||
        (mirror.pullFrom == "tag-only" && byDigest))
      continue;
    result.push_back(makeEndpoint(mirror.location, rest, mirror.insecure));
  }
  std::string location = registry->location;
  if (location.empty())
    location = wildcard ? ref.domain : registry->prefix;
  result.push_back(makeEndpoint(location, rest, registry->insecure));
  return result;
}

} // namespace llb::registry
