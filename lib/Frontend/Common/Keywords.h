// SPDX-License-Identifier: Apache-2.0
//
// What instructions are called, in the language of a file and outside it.
#ifndef LLB_FRONTEND_COMMON_KEYWORDS_H
#define LLB_FRONTEND_COMMON_KEYWORDS_H

#include "RawStmt.h"
#include "llb/AST/Words.h"

#include <optional>
#include <string>
#include <string_view>

namespace llb::frontend {

struct KeywordHint {
  std::string text;
  /// It stands for the one word; else for more of the line.
  bool forWord = true;
};

/// The word of the language nearest to `word`, which is none; for a slip in a
/// Docker word of an Ickfile, what that word is there. Of a word that lost its
/// underscores, `rest` of the line has the other parts.
std::optional<KeywordHint> suggestKeyword(std::string_view word,
                                          std::string_view rest,
                                          ast::Vocabulary words);

/// What an ONBUILD leaves in the image config: the instruction behind it and
/// its heredocs, in Docker's words, which every builder of a derived image
/// knows.
std::string storedTrigger(const RawStmt &raw, ast::Vocabulary words);

} // namespace llb::frontend

#endif
