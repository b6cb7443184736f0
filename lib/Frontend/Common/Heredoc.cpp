// SPDX-License-Identifier: Apache-2.0
//
// Whether a body is to be expanded is decided by counting quotes before and
// after they are removed, not by looking for them.
#include "Heredoc.h"

#include "llb/Support/WordExpand.h"

#include <algorithm>
#include <cassert>

namespace llb::frontend {
namespace {

class NoVariables final : public EnvGetter {
public:
  const std::string *get(std::string_view) const override { return nullptr; }
  std::vector<std::string> keys() const override { return {}; }
};

ptrdiff_t countQuotes(std::string_view word) {
  return std::count_if(word.begin(), word.end(),
                       [](char c) { return c == '\'' || c == '"'; });
}

bool isRegexpSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

} // namespace

std::optional<ast::Heredoc> parseHeredocWord(std::string_view word,
                                             std::string &error) {
  // Digits, `<<`, perhaps a `-`, white space, and no further `<`.
  while (!word.empty() && word[0] >= '0' && word[0] <= '9')
    word.remove_prefix(1);
  if (!word.starts_with("<<"))
    return std::nullopt;
  word.remove_prefix(2);
  ast::Heredoc heredoc;
  if (word.starts_with('-')) {
    heredoc.chomp = true;
    word.remove_prefix(1);
  }
  while (!word.empty() && isRegexpSpace(word[0]))
    word.remove_prefix(1);
  if (word.empty() || word.find('<') != std::string_view::npos)
    return std::nullopt;

  NoVariables none;
  ExpandOptions options;
  options.skipUnsetEnv = true;
  ExpandedWords plain = expandWords(word, none, options);
  if (!plain.error.empty()) {
    error = plain.error;
    return std::nullopt;
  }
  if (plain.words.size() != 1)
    return std::nullopt;
  options.rawQuotes = true;
  ExpandedWords raw = expandWords(word, none, options);
  if (!raw.error.empty()) {
    error = raw.error;
    return std::nullopt;
  }
  assert(raw.words.size() == 1 && "quotes do not change how words split");
  heredoc.name = plain.words[0];
  heredoc.expand = countQuotes(plain.words[0]) == countQuotes(raw.words[0]);
  return heredoc;
}

bool findHeredocs(std::string_view line, std::vector<ast::Heredoc> &found,
                  std::string &error) {
  NoVariables none;
  ExpandOptions options;
  options.rawQuotes = true;
  options.rawEscapes = true;
  options.skipUnsetEnv = true;
  ExpandedWords words = expandWords(line, none, options);
  if (!words.error.empty())
    return true;
  for (const std::string &word : words.words) {
    std::optional<ast::Heredoc> heredoc = parseHeredocWord(word, error);
    if (!error.empty())
      return false;
    if (heredoc)
      found.push_back(std::move(*heredoc));
  }
  return true;
}

} // namespace llb::frontend
