// SPDX-License-Identifier: Apache-2.0
//
// From words as written to the words that BuildKit v0.32.2's line parsers hand
// on. This is the first of its two phases: an error here comes before any error
// of StmtBuilder.h, wherever in the file that one is.
#ifndef LLB_FRONTEND_COMMON_WORDS_H
#define LLB_FRONTEND_COMMON_WORDS_H

#include "RawStmt.h"

namespace llb::frontend {

/// An argument and where it is written.
struct Arg {
  std::string text;
  llvm::SMRange range;
};

struct Pair {
  ast::KeyValue value;
  llvm::SMRange range;
};

struct Args {
  /// All arguments, but those of ENV and LABEL.
  std::vector<Arg> items;
  /// Those of ENV and LABEL.
  std::vector<Pair> pairs;
  /// They were a JSON list.
  bool json = false;
};

/// Reads the arguments of the innermost instruction of `raw`. On failure
/// `error` is the message, with its place and lines.
bool readArgs(const RawStmt &raw, char escape, ast::Vocabulary words,
              Args &args, Diagnostic &error);

/// A `--name=value` word without its quotes and escapes. BuildKit goes through
/// the word byte by byte and writes each back as a character, so a byte above
/// 0x7F becomes two.
std::string flagText(std::string_view written, char escape);

/// A word of ENV, LABEL or ARG: quotes stay, an escape at the very end goes,
/// and bytes that are not UTF-8 become U+FFFD.
std::string pairText(std::string_view written, char escape);

} // namespace llb::frontend

#endif
