// SPDX-License-Identifier: Apache-2.0
//
// What the statements are called, in each of the languages that have them.
#ifndef LLB_AST_WORDS_H
#define LLB_AST_WORDS_H

#include <cstdint>
#include <llvm/ADT/SmallVector.h>
#include <optional>
#include <string_view>

namespace llb::ast {

enum class StmtKind : uint8_t {
#define LLB_STMT(Class, Docker, Ick) Class,
#include "llb/AST/Stmts.def"
};

/// Every kind, in the order of the table.
inline constexpr StmtKind allStmtKinds[] = {
#define LLB_STMT(Class, Docker, Ick) StmtKind::Class,
#include "llb/AST/Stmts.def"
};

/// Whose words a file is written in.
enum class Vocabulary : uint8_t { Docker, Ick };

/// `Dockerfile` or `Ickfile`.
std::string_view languageName(Vocabulary words);
/// The same in lower case, as messages of BuildKit's have it.
std::string_view languageWord(Vocabulary words);

/// The word of a statement, upper case; of several spellings the first.
std::string_view wordOf(StmtKind kind, Vocabulary words);

/// All spellings, the first one first; one with a space is two words.
llvm::SmallVector<std::string_view, 2> spellings(StmtKind kind,
                                                 Vocabulary words);

/// The statement that `word`, one word in any case, names in `words`.
std::optional<StmtKind> stmtKindNamed(std::string_view word, Vocabulary words);

} // namespace llb::ast

#endif
