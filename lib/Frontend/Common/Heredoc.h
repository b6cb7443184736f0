// SPDX-License-Identifier: Apache-2.0
//
// `<<NAME` words (BuildKit v0.32.2, dockerfile/parser). They are found with the
// variable expander, whose escape here is a backslash whatever the file says,
// and which takes an unmatched quote anywhere on the line to mean that there
// are no heredocs at all.
#ifndef LLB_FRONTEND_COMMON_HEREDOC_H
#define LLB_FRONTEND_COMMON_HEREDOC_H

#include "llb/AST/Stmt.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llb::frontend {

/// Reads one word. Nothing if it is no heredoc; `error` is set as well, to
/// BuildKit's text, if the terminator cannot be read.
std::optional<ast::Heredoc> parseHeredocWord(std::string_view word,
                                             std::string &error);

/// The heredocs of a whole logical line, instruction and flags included, in
/// order and without bodies. False at the first one that cannot be read.
bool findHeredocs(std::string_view line, std::vector<ast::Heredoc> &found,
                  std::string &error);

} // namespace llb::frontend

#endif
