// SPDX-License-Identifier: Apache-2.0
//
// Paths inside the image: see OsPath.h. Error texts are BuildKit's.
#include "OsPath.h"

#include "llb/Support/GoPath.h"

#include <algorithm>

namespace llb::lower::ospath {

static std::string withPrefix(std::string_view prefix,
                              const std::string &text) {
  return std::string(prefix) + ": " + text;
}

std::string toSlash(std::string_view path, std::string_view os) {
  std::string result(path);
  if (os == "windows")
    std::replace(result.begin(), result.end(), '\\', '/');
  return result;
}

std::string fromSlash(std::string_view path, std::string_view os) {
  std::string result(path);
  if (os == "windows")
    std::replace(result.begin(), result.end(), '/', '\\');
  return result;
}

/// path.Clean that may keep one slash at the end.
static std::string clean(std::string_view path, bool keepSlash) {
  std::string slashed = toSlash(path, "windows");
  std::string result = go::cleanPath(slashed);
  if (keepSlash && result.size() > 1 && slashed.ends_with('/'))
    result += '/';
  return result;
}

go::Parsed<std::string> withoutDrive(std::string_view path, std::string_view os,
                                     bool keepSlash) {
  go::Parsed<std::string> result;
  if (os != "windows") {
    result.value = path;
    return result;
  }
  if (path.size() == 2 && path[1] == ':') {
    result.error = "No relative path specified in " + go::quote(path);
    return result;
  }
  if (toSlash(path.substr(0, 2), os) == "//") {
    result.error = "UNC paths are not supported";
    return result;
  }
  size_t colon = path.find(':');
  if (colon == std::string_view::npos) {
    result.value = clean(path, keepSlash);
    return result;
  }
  std::string_view drive = path.substr(0, colon);
  if (drive != "c" && drive != "C") {
    result.error = "The specified path is not on the system drive (C:)";
    return result;
  }
  result.value = clean(path.substr(colon + 1), keepSlash);
  return result;
}

bool isAbsolute(std::string_view path, std::string_view os) {
  go::Parsed<std::string> plain = withoutDrive(path, os, /*keepSlash=*/false);
  return plain.ok() && go::isAbsPath(plain.value);
}

go::Parsed<std::string> normalize(std::string_view parent,
                                  std::string_view path, std::string_view os,
                                  bool keepSlash) {
  std::string original = toSlash(path, os);
  go::Parsed<std::string> base =
      withoutDrive(parent.empty() ? "/" : toSlash(parent, os), os, keepSlash);
  if (!base.ok())
    return {"", withPrefix("removing drive letter", base.error)};
  if (!isAbsolute(base.value, os))
    base.value = go::joinPath({"/", base.value});

  go::Parsed<std::string> result =
      withoutDrive(original.empty() ? base.value : original, os, keepSlash);
  if (!result.ok())
    return {"", withPrefix("removing drive letter", result.error)};
  std::string &value = result.value;
  if (!isAbsolute(value, os))
    value = go::joinPath({base.value, value});
  if (keepSlash) {
    if (original.ends_with('/') && !value.ends_with('/'))
      value += '/';
    else if (original.ends_with("/."))
      value += value == "/" ? "." : "/.";
  }
  value = toSlash(value, os);
  return result;
}

} // namespace llb::lower::ospath
