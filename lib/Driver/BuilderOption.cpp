// SPDX-License-Identifier: Apache-2.0
//
// As for BuildKit's own client, BUILDKIT_HOST is where builds go. An option
// about this machine's engine says as much as --builder=embedded does.
#include "BuilderOption.h"

#include <cstdlib>
#include <llvm/ADT/StringRef.h>

namespace llb::driver {
namespace {

constexpr const char *defaultDaemon = "unix:///run/buildkit/buildkitd.sock";

std::string hostOfEnvironment() {
  const char *host = std::getenv("BUILDKIT_HOST");
  return host ? host : "";
}

} // namespace

std::string readBuilderOption(const std::string &value, Options &result) {
  llvm::StringRef rest(value);
  std::string host = hostOfEnvironment();
  if (rest.empty()) {
    if (result.root.empty())
      result.daemon = host;
    return "";
  }
  if (rest == "embedded")
    return "";
  if (rest.consume_front("buildkit://")) {
    if (rest.empty())
      return "an address follows '://', such as unix:///run/buildkitd.sock";
    result.daemon = rest.str();
  } else if (rest == "buildkit") {
    result.daemon = host.empty() ? defaultDaemon : host;
  } else {
    return "there are embedded, buildkit and buildkit://ADDRESS, not '" +
           value + "'";
  }
  if (!result.root.empty())
    return "--root is the state of the embedded engine; a daemon has its own";
  return "";
}

} // namespace llb::driver
