// SPDX-License-Identifier: Apache-2.0
//
// Words of a Dockerfile are compared as Go does it, those of an Ickfile by what
// the lexer took them for.
#include "Keywords.h"

#include "llb/Support/Suggest.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <llvm/ADT/StringRef.h>

namespace llb::frontend {
namespace {

bool isRegexpSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/// The line without its ONBUILD.
std::string triggerLine(const RawStmt &raw, ast::Vocabulary words) {
  const Head &inner = raw.heads[1];
  std::string_view text = raw.line->text;
  if (words != ast::Vocabulary::Docker) {
    std::string_view written = inner.word.text;
    text.remove_prefix(inner.word.offset);
    if (!inner.kind ||
        ast::stmtKindNamed(written, ast::Vocabulary::Docker) == inner.kind)
      return std::string(text);
    std::string word(ast::wordOf(*inner.kind, ast::Vocabulary::Docker));
    if (unicode::toUpper(written) != written)
      word = unicode::toLower(word);
    return word.append(text.substr(written.size()));
  }
  // The word is looked for again, in ASCII only: one written with the dotted
  // capital I stays.
  size_t i = 0;
  while (i < text.size() && isRegexpSpace(text[i]))
    ++i;
  if (llvm::StringRef(text.substr(i)).starts_with_insensitive("ONBUILD")) {
    i += 7;
    while (i < text.size() && isRegexpSpace(text[i]))
      ++i;
    text.remove_prefix(i);
  }
  return std::string(text);
}

/// ARE YOU OK for ARE_YOU_OK, ->/data for -> /data.
std::optional<KeywordHint> suggestIckSpelling(std::string_view word,
                                              std::string_view rest) {
  for (std::string_view arrow : {"->", "<-"})
    if (word.starts_with(arrow))
      return KeywordHint{
          std::string(arrow).append(" ").append(word.substr(arrow.size()))};
  constexpr unsigned mostParts = 4;
  std::string joined(word);
  for (unsigned parts = 2; parts <= mostParts && !rest.empty(); ++parts) {
    size_t end = std::min(rest.find(' '), rest.size());
    joined.append("_").append(rest.substr(0, end));
    rest = unicode::trimLeft(rest.substr(end));
    if (auto kind = ast::stmtKindNamed(joined, ast::Vocabulary::Ick))
      return KeywordHint{std::string(ast::wordOf(*kind, ast::Vocabulary::Ick)),
                         false};
  }
  return std::nullopt;
}

std::optional<std::string> nearest(std::string_view word,
                                   ast::Vocabulary words) {
  std::vector<std::string> names;
  for (ast::StmtKind kind : ast::allStmtKinds)
    names.emplace_back(ast::wordOf(kind, words));
  return suggest(word, names, /*caseSensitive=*/false);
}

} // namespace

std::string storedTrigger(const RawStmt &raw, ast::Vocabulary words) {
  std::string trigger = triggerLine(raw, words);
  for (const ast::Heredoc &heredoc : raw.line->heredocs)
    trigger += '\n' + heredoc.content + heredoc.name;
  return trigger;
}

std::optional<KeywordHint> suggestKeyword(std::string_view word,
                                          std::string_view rest,
                                          ast::Vocabulary words) {
  if (words == ast::Vocabulary::Ick)
    if (auto spelling = suggestIckSpelling(word, rest))
      return spelling;
  if (auto better = nearest(word, words))
    return KeywordHint{*better};
  if (words == ast::Vocabulary::Docker)
    return std::nullopt;
  auto docker = nearest(word, ast::Vocabulary::Docker);
  if (!docker)
    return std::nullopt;
  auto kind = ast::stmtKindNamed(*docker, ast::Vocabulary::Docker);
  std::string_view name = ast::wordOf(*kind, words);
  return KeywordHint{word == unicode::toLower(word) ? unicode::toLower(name)
                                                    : std::string(name)};
}

} // namespace llb::frontend
