// SPDX-License-Identifier: Apache-2.0
//
// Tables of the verifier. Small and looked up seldom, so they are searched in
// order, except for the capabilities that every operation has several of.
#include "VerifyTables.h"

#include <llvm/ADT/StringMap.h>

namespace llb::ir {
namespace {

template <class Body> constexpr size_t bodyIndex() {
  size_t index = 0;
  [&]<class... All>(std::variant<All...> *) {
    size_t position = 0;
    ((std::is_same_v<All, Body> ? void(index = position) : void(), ++position),
     ...);
  }(static_cast<OpBody *>(nullptr));
  return index;
}

struct Any {};
template <> constexpr size_t bodyIndex<Any>() { return anyBody; }

constexpr Capability capabilities[] = {
#define LLB_CAP(Kind, Name) {Name, bodyIndex<Kind>()},
#include "Capabilities.def"
};

/// Operating systems and architectures of Go 1.26 (`go tool dist list` and the
/// names that containerd/platforms knows besides).
constexpr std::string_view systems[] = {
    "aix",     "android", "darwin",  "dragonfly", "freebsd", "illumos",
    "ios",     "js",      "linux",   "netbsd",    "openbsd", "plan9",
    "solaris", "wasip1",  "windows", "wasi"};
constexpr std::string_view architectures[] = {
    "386",      "amd64",  "arm",   "arm64",   "loong64", "mips",  "mips64",
    "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x", "wasm"};

constexpr std::string_view schemes[] = {
    "docker-image", "docker-image+blob", "git", "http", "https", "local",
    "oci-layout",   "oci-layout+blob"};

template <size_t N>
bool contains(const std::string_view (&list)[N], std::string_view word) {
  for (std::string_view item : list)
    if (item == word)
      return true;
  return false;
}

} // namespace

const Capability *findCapability(std::string_view name) {
  static const auto index = [] {
    llvm::StringMap<const Capability *> map;
    for (const Capability &cap : capabilities)
      map[cap.name] = &cap;
    return map;
  }();
  return index.lookup(name);
}

const std::vector<std::string> &capabilityNames() {
  static const auto names = [] {
    std::vector<std::string> list;
    for (const Capability &cap : capabilities)
      list.emplace_back(cap.name);
    return list;
  }();
  return names;
}

bool isKnownPlatform(const Platform &platform) {
  return contains(systems, platform.os) &&
         contains(architectures, platform.architecture);
}

bool isSourceScheme(std::string_view scheme) {
  return contains(schemes, scheme);
}

bool hasOutput(const Mount &mount) {
  return mount.output != noIndex && (mount.mountType == MountType::Bind ||
                                     mount.mountType == MountType::Cache);
}

} // namespace llb::ir
