// SPDX-License-Identifier: Apache-2.0
//
// Look-ups in Stmts.def. A spelling is compared in ASCII: none of them has a
// letter that another alphabet's lower or upper case would become.
#include "llb/AST/Words.h"

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/ErrorHandling.h>

namespace llb::ast {
namespace {

/// Spellings, split by `|`.
std::string_view column(StmtKind kind, Vocabulary words) {
  bool docker = words == Vocabulary::Docker;
  switch (kind) {
#define LLB_STMT(Class, DockerWord, IckWords)                                  \
  case StmtKind::Class:                                                        \
    return docker ? DockerWord : IckWords;
#include "llb/AST/Stmts.def"
  }
  llvm_unreachable("not a statement kind");
}

} // namespace

std::string_view languageName(Vocabulary words) {
  return words == Vocabulary::Docker ? "Dockerfile" : "Ickfile";
}

std::string_view languageWord(Vocabulary words) {
  return words == Vocabulary::Docker ? "dockerfile" : "ickfile";
}

std::string_view wordOf(StmtKind kind, Vocabulary words) {
  std::string_view all = column(kind, words);
  return all.substr(0, all.find('|'));
}

llvm::SmallVector<std::string_view, 2> spellings(StmtKind kind,
                                                 Vocabulary words) {
  llvm::SmallVector<std::string_view, 2> result;
  std::string_view rest = column(kind, words);
  for (;;) {
    size_t end = rest.find('|');
    result.push_back(rest.substr(0, end));
    if (end == std::string_view::npos)
      return result;
    rest.remove_prefix(end + 1);
  }
}

std::optional<StmtKind> stmtKindNamed(std::string_view word, Vocabulary words) {
  for (StmtKind kind : allStmtKinds)
    for (std::string_view spelling : spellings(kind, words))
      if (llvm::StringRef(word).equals_insensitive(spelling))
        return kind;
  return std::nullopt;
}

} // namespace llb::ast
