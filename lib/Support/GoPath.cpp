// SPDX-License-Identifier: Apache-2.0
//
// Go's path package works on the text alone, so `a/../b` is `b` even where `a`
// is a symbolic link, and `..` at the root of an absolute path vanishes.
#include "llb/Support/GoPath.h"

namespace llb::go {

std::string cleanPath(std::string_view path) {
  bool rooted = isAbsPath(path);
  std::string out;
  out.reserve(path.size() + 1);
  if (rooted)
    out += '/';
  // Nothing before this may be taken back by a `..`.
  size_t fixed = out.size();

  for (size_t at = 0; at < path.size();) {
    size_t end = path.find('/', at);
    if (end == std::string_view::npos)
      end = path.size();
    std::string_view part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".")
      continue;
    if (part == "..") {
      if (out.size() > fixed) {
        size_t slash = out.rfind('/');
        out.resize(slash == std::string::npos || slash < fixed ? fixed : slash);
        continue;
      }
      if (rooted)
        continue;
    }
    if (!out.empty() && out.back() != '/')
      out += '/';
    out += part;
    if (part == "..")
      fixed = out.size();
  }
  if (out.empty())
    out = ".";
  return out;
}

std::string joinPath(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (std::string_view part : parts) {
    if (joined.empty() && part.empty())
      continue;
    if (!joined.empty())
      joined += '/';
    joined += part;
  }
  return joined.empty() ? joined : cleanPath(joined);
}

std::string basePath(std::string_view path) {
  if (path.empty())
    return ".";
  while (!path.empty() && path.back() == '/')
    path.remove_suffix(1);
  if (path.empty())
    return "/";
  return std::string(path.substr(path.rfind('/') + 1));
}

} // namespace llb::go
