// SPDX-License-Identifier: Apache-2.0
//
// What the statement structs need beyond their declaration.
#include "llb/AST/Stmt.h"

namespace llb::ast {

std::string Heredoc::chomped() const {
  if (!chomp)
    return content;
  std::string out;
  out.reserve(content.size());
  bool lineStart = true;
  for (char c : content) {
    if (lineStart && c == '\t')
      continue;
    lineStart = c == '\n';
    out += c;
  }
  return out;
}

} // namespace llb::ast
