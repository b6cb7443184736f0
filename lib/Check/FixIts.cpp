// SPDX-License-Identifier: Apache-2.0
//
// The places of words are found in the text again: the AST keeps what words
// mean, not where each of them stands. A text that does not look as expected
// gets no edit.
#include "FixIts.h"
#include "llb/Support/Unicode.h"

namespace llb::check {
namespace {

/// The statement's text if it is one line of the file.
std::string_view textOf(const ast::StmtBase &stmt) {
  if (!stmt.range.isValid() || stmt.lines.first != stmt.lines.last)
    return {};
  const char *start = stmt.range.Start.getPointer();
  std::string_view text(
      start, static_cast<size_t>(stmt.range.End.getPointer() - start));
  if (text.find('\n') != std::string_view::npos || !text.starts_with(stmt.word))
    return {};
  return text;
}

bool isBlank(char c) { return c == ' ' || c == '\t'; }

/// The blank-separated words of `text`, as parts of it.
std::vector<std::string_view> splitWords(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    size_t size = 0;
    while (size < text.size() && !isBlank(text[size]))
      ++size;
    if (size)
      words.push_back(text.substr(0, size));
    text.remove_prefix(std::min(size ? size : 1, text.size()));
  }
  return words;
}

FixIt replace(std::string_view part, std::string text) {
  return {llvm::SMRange(llvm::SMLoc::getFromPointer(part.data()),
                        llvm::SMLoc::getFromPointer(part.data() + part.size())),
          std::move(text)};
}

bool isLower(std::string_view text) { return unicode::toLower(text) == text; }

} // namespace

MaybeFix fixWord(const ast::StmtBase &stmt, bool lower) {
  // The word stands at the start, whatever follows on other lines.
  if (!stmt.range.isValid() || stmt.word.empty())
    return std::nullopt;
  std::string_view word(stmt.range.Start.getPointer(), stmt.word.size());
  if (stmt.range.End.getPointer() < word.data() + word.size() ||
      word != stmt.word)
    return std::nullopt;
  return replace(word, lower ? unicode::toLower(word) : unicode::toUpper(word));
}

MaybeFix fixAs(const ast::FromStmt &from) {
  std::vector<std::string_view> words = splitWords(textOf(from));
  if (words.size() < 4 || words[words.size() - 2] != from.asWord)
    return std::nullopt;
  std::string_view word = words[words.size() - 2];
  return replace(word, isLower(from.word) ? unicode::toLower(word)
                                          : unicode::toUpper(word));
}

MaybeFix fixStageName(const ast::FromStmt &from) {
  std::vector<std::string_view> words = splitWords(textOf(from));
  if (words.size() < 4 || words.back() != from.nameAsWritten)
    return std::nullopt;
  return replace(words.back(), unicode::toLower(words.back()));
}

MaybeFix fixPlatform(const ast::FromStmt &from) {
  std::vector<std::string_view> words = splitWords(textOf(from));
  std::string flag = "--platform=" + from.platform;
  for (size_t i = 1; i + 1 < words.size(); ++i)
    if (words[i] == flag)
      return replace({words[i].data(), static_cast<size_t>(words[i + 1].data() -
                                                           words[i].data())},
                     "");
  return std::nullopt;
}

MaybeFix fixKeyValue(const ast::StmtBase &stmt) {
  std::string_view text = textOf(stmt);
  std::vector<std::string_view> words = splitWords(text);
  if (words.size() < 3)
    return std::nullopt;
  std::string_view key = words[1];
  const char *end = words.back().data() + words.back().size();
  std::string_view value(words[2].data(),
                         static_cast<size_t>(end - words[2].data()));
  // Quotes inside would have to be taken apart.
  if (value.find_first_of("\"'\\`") != std::string_view::npos ||
      key.find_first_of("\"'\\`=") != std::string_view::npos)
    return std::nullopt;
  bool quoted = words.size() > 3;
  std::string assigned = std::string(key) + "=" + (quoted ? "\"" : "") +
                         std::string(value) + (quoted ? "\"" : "");
  return replace({key.data(), static_cast<size_t>(end - key.data())},
                 std::move(assigned));
}

MaybeFix fixMaintainer(const ast::StmtBase &stmt, std::string_view labelWord) {
  std::string_view text = textOf(stmt);
  std::vector<std::string_view> words = splitWords(text);
  if (words.size() < 2)
    return std::nullopt;
  const char *end = words.back().data() + words.back().size();
  std::string_view name(words[1].data(),
                        static_cast<size_t>(end - words[1].data()));
  if (name.find_first_of("\"\\`$") != std::string_view::npos)
    return std::nullopt;
  std::string label =
      isLower(stmt.word) ? unicode::toLower(labelWord) : std::string(labelWord);
  return replace({text.data(), static_cast<size_t>(end - text.data())},
                 label + " org.opencontainers.image.authors=\"" +
                     std::string(name) + "\"");
}

MaybeFix fixProtocol(const ast::StmtBase &stmt, std::string_view port) {
  for (std::string_view word : splitWords(textOf(stmt)))
    if (word == port && word.find('/') != std::string_view::npos)
      return replace(word, unicode::toLower(word));
  return std::nullopt;
}

} // namespace llb::check
