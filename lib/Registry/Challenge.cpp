// SPDX-License-Identifier: Apache-2.0
//
// RFC 9110's auth-param list: name=value or name="quoted value".
#include "Challenge.h"

#include "llb/Support/Unicode.h"

namespace llb::registry {
namespace {

/// Reads one `name=value` and what separates it from the next.
bool readParameter(std::string_view &rest, std::string &name,
                   std::string &value) {
  size_t start = rest.find_first_not_of(" \t,");
  if (start == std::string_view::npos)
    return false;
  rest.remove_prefix(start);
  size_t equals = rest.find('=');
  if (equals == std::string_view::npos)
    return false;
  name = unicode::toLower(unicode::trim(rest.substr(0, equals)));
  rest.remove_prefix(equals + 1);
  value.clear();
  if (rest.empty() || rest.front() != '"') {
    size_t end = std::min(rest.find_first_of(" \t,"), rest.size());
    value = rest.substr(0, end);
    rest.remove_prefix(end);
    return true;
  }
  size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size())
      ++i;
    value += rest[i];
  }
  rest.remove_prefix(std::min(i + 1, rest.size()));
  return true;
}

} // namespace

std::optional<Challenge> Challenge::parse(std::string_view header) {
  size_t space = std::min(header.find(' '), header.size());
  Challenge challenge;
  challenge.scheme = unicode::toLower(header.substr(0, space));
  std::string_view rest = header.substr(space);
  std::string name, value;
  while (readParameter(rest, name, value)) {
    if (name == "realm")
      challenge.realm = value;
    else if (name == "service")
      challenge.service = value;
    else if (name == "scope")
      challenge.scope = value;
  }
  if (challenge.scheme == "basic")
    return challenge;
  bool http = challenge.realm.starts_with("https://") ||
              challenge.realm.starts_with("http://");
  if (challenge.scheme == "bearer" && http)
    return challenge;
  return std::nullopt;
}

} // namespace llb::registry
