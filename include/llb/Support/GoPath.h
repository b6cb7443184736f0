// SPDX-License-Identifier: Apache-2.0
//
// Go's path package: slash-separated, purely lexical.
#ifndef LLB_SUPPORT_GOPATH_H
#define LLB_SUPPORT_GOPATH_H

#include <initializer_list>
#include <string>
#include <string_view>

namespace llb::go {

/// path.Clean
std::string cleanPath(std::string_view path);
/// path.Join
std::string joinPath(std::initializer_list<std::string_view> parts);
/// path.Base
std::string basePath(std::string_view path);
inline bool isAbsPath(std::string_view path) {
  return !path.empty() && path.front() == '/';
}

} // namespace llb::go

#endif
