// SPDX-License-Identifier: Apache-2.0
//
// What a path means is settled when an operation is made: an action has no
// working directory of its own.
#include "llb/IR/ActionPath.h"
#include "llb/Support/GoPath.h"

namespace llb::ir {

std::string cleanActionPath(std::string_view dir, std::string_view path,
                            bool keepSlash) {
  std::string result = go::cleanPath(path);
  if (!go::isAbsPath(result))
    result = go::joinPath({"/", dir, result});
  if (!keepSlash)
    return result;
  if (path.ends_with('/') && !result.ends_with('/'))
    result += '/';
  else if (path.ends_with("/."))
    result += result == "/" ? "." : "/.";
  return result;
}

} // namespace llb::ir
