// SPDX-License-Identifier: Apache-2.0
//
// Mirrors: containers-registries.conf(5), version 2.
#ifndef LLB_REGISTRY_REGISTRIESCONF_H
#define LLB_REGISTRY_REGISTRIESCONF_H

#include "llb/Support/Reference.h"

#include <string>
#include <string_view>
#include <vector>

namespace llb::registry {

/// One place to try: `host[:port]` and the repository there.
struct Endpoint {
  std::string host;
  std::string repository;
  /// Plain HTTP and unverified certificates are allowed.
  bool insecure = false;
  /// On this machine, where registries speak plain HTTP by convention and
  /// nobody listens in: that is tried before TLS.
  bool plainFirst = false;
};

class RegistriesConf {
public:
  /// Reads `$CONTAINERS_REGISTRIES_CONF`, else the user's, else the system's
  /// file; none is an empty configuration. On a broken one returns false and
  /// sets `error`.
  static bool load(RegistriesConf &result, std::string &error);
  static bool parse(std::string_view toml, RegistriesConf &result,
                    std::string &error);

  /// Where to look for `ref`, mirrors first, in order. Empty, with `error` set,
  /// if the registry is blocked.
  std::vector<Endpoint> endpoints(const Reference &ref,
                                  std::string &error) const;

private:
  struct Mirror {
    std::string location;
    bool insecure = false;
    /// `all`, `digest-only` or `tag-only`.
    std::string pullFrom = "all";
  };
  struct Registry {
    std::string prefix;
    std::string location;
    bool insecure = false;
    bool blocked = false;
    std::vector<Mirror> mirrors;
  };
  const Registry *match(const std::string &name) const;

  std::vector<Registry> registries;
};

} // namespace llb::registry

#endif
