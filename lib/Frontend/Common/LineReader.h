// SPDX-License-Identifier: Apache-2.0
//
// From a file to logical lines: comments and directives taken out,
// continuations joined, heredoc bodies attached, exactly as BuildKit v0.32.2's
// dockerfile/parser does it. A logical line is not a piece of the file, so a
// place in it is found through its segments; errors must never point into
// `text`.
#ifndef LLB_FRONTEND_COMMON_LINEREADER_H
#define LLB_FRONTEND_COMMON_LINEREADER_H

#include "llb/AST/BuildFile.h"
#include "llb/Support/Rare.h"

#include <deque>
#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/ADT/SmallVector.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llb::frontend {

struct LogicalLine {
  /// From here on, and up to the next segment, the line is a piece of the file.
  struct Segment {
    size_t offset;
    const char *start;
  };

  /// The joined line: white space before it is gone, that after it is not.
  /// A view of the file if it has one physical line, else of
  /// `LineFile::joined`.
  std::string_view text;
  llvm::SmallVector<Segment, 1> segments;
  /// Physical lines without and with those of heredocs.
  LineRange wordLines;
  LineRange lines;
  /// The physical lines, without the last line feed.
  llvm::SMRange range;
  std::vector<std::string> comments;
  std::vector<ast::Heredoc> heredocs;
  /// Had a blank continuation line.
  bool emptyContinuation = false;
  /// What was wrong with a heredoc of this line.
  Rare<Diagnostic> error;
  /// If set, every place in the line is this one: the line is not in a buffer
  /// that is shown to people.
  llvm::SMRange fixedPlace;

  /// The place of `length` bytes at `offset` of `text`, at least one wide where
  /// there is something to show.
  llvm::SMRange place(size_t offset, size_t length) const;
};

struct LineFile {
  std::vector<LogicalLine> lines;
  /// Texts of lines that were joined.
  std::deque<std::string> joined;
  char escape = '\\';
  std::vector<ast::Directive> directives;
  /// Errors of directives, in order, before those of any line.
  std::vector<Diagnostic> directiveErrors;
  /// `file with no instructions`, or a line that is too long: after those of
  /// all lines.
  std::optional<Diagnostic> endError;
};

/// Reads `text`, which the result points into. `language` is for messages:
/// `dockerfile`. `holdsHeredocs` says of a
/// logical line with a `<<` whether its instruction takes heredocs; `escape` is
/// the file's escape character.
LineFile readLines(
    std::string_view text, std::string_view language,
    llvm::function_ref<bool(std::string_view line, char escape)> holdsHeredocs);

} // namespace llb::frontend

#endif
