// SPDX-License-Identifier: Apache-2.0
//
// Paths of file actions as BuildKit's client writes them (v0.32.2, client/llb
// fileop.go, normalizePath).
#ifndef LLB_IR_ACTIONPATH_H
#define LLB_IR_ACTIONPATH_H

#include <string>
#include <string_view>

namespace llb::ir {

/// `path` cleaned and, if it is relative, joined to `dir`. `keepSlash` keeps
/// `/` and `/.` at its end: a destination that ends so is a directory.
std::string cleanActionPath(std::string_view dir, std::string_view path,
                            bool keepSlash);

} // namespace llb::ir

#endif
