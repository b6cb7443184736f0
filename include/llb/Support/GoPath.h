// SPDX-License-Identifier: Apache-2.0
//
// Go's path package: slash-separated, purely lexical.
#ifndef LLB_SUPPORT_GOPATH_H
#define LLB_SUPPORT_GOPATH_H

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace llb::go {

/// path.Clean
std::string cleanPath(std::string_view path);
/// path.Join
std::string joinPath(std::initializer_list<std::string_view> parts);
/// path.Base
std::string basePath(std::string_view path);
/// path.Match; nothing on a bad pattern.
std::optional<bool> matchPath(std::string_view pattern, std::string_view name);
/// Whether `text` has a `*`, `?` or `[` that no backslash takes its meaning.
bool hasWildcard(std::string_view text);
inline bool isAbsPath(std::string_view path) {
  return !path.empty() && path.front() == '/';
}

} // namespace llb::go

#endif
