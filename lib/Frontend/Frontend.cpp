// SPDX-License-Identifier: Apache-2.0
//
// The table of languages at work: which one a file is in, and the calls through
// it. A `#syntax=` image counts by its name alone, so that `you/ick:1` is an
// Ickfile whoever built it; nothing is ever fetched.
#include "Frontends.h"

#include "Common/Directives.h"
#include "llb/Support/ToolDiags.h"
#include "llb/Support/Unicode.h"

#include <array>

namespace llb::frontend {
namespace {

struct Entry {
  Language language;
  LanguageInfo info;
  const Frontend *frontend;
};

constexpr Entry entries[] = {
#define LLB_FRONTEND(Name, Flag, Title)                                        \
  {Language::Name, {Flag, Title}, &Name##Frontend},
#include "llb/Frontend/Frontends.def"
};

const Frontend &frontendOf(Language language) {
  return *entries[static_cast<size_t>(language)].frontend;
}

/// The image of the `#syntax=` line as it is written.
std::string_view syntaxImage(const ast::Directive &directive) {
  std::string_view value = directive.value;
  return value.substr(0, value.find(' '));
}

std::string_view withoutTag(std::string_view image) {
  image = image.substr(0, image.find('@'));
  size_t slash = image.rfind('/');
  size_t colon =
      image.find(':', slash == std::string_view::npos ? 0 : slash + 1);
  return image.substr(0, colon);
}

template <class Claim> std::optional<Language> firstThat(Claim claims) {
  for (const Entry &entry : entries)
    if (claims(*entry.frontend))
      return entry.language;
  return std::nullopt;
}

std::optional<ast::Directive> findSyntax(std::string_view text) {
  for (ast::Directive &directive : detectDirectives(text))
    if (directive.name == "syntax")
      return std::move(directive);
  return std::nullopt;
}

std::optional<Language> languageOfSyntax(const ast::Directive &directive) {
  std::string_view image = withoutTag(syntaxImage(directive));
  return firstThat([&](const Frontend &each) { return each.isSyntax(image); });
}

} // namespace

bool isNamed(std::string_view name, std::string_view word) {
  if (name.starts_with(word))
    return name.size() == word.size() || name[word.size()] == '.';
  return name.ends_with(word) && name[name.size() - word.size() - 1] == '.';
}

const LanguageInfo &languageInfo(Language language) {
  return entries[static_cast<size_t>(language)].info;
}

std::optional<Language> languageNamed(std::string_view name) {
  for (const Entry &entry : entries)
    if (entry.info.name == name)
      return entry.language;
  return std::nullopt;
}

std::string languageNames() {
  std::string names;
  for (const Entry &entry : entries)
    names.append(names.empty() ? "" : ", ").append(entry.info.name);
  return names;
}

Language detectLanguage(std::string_view text, std::string_view filename) {
  if (std::optional<ast::Directive> syntax = findSyntax(text))
    if (std::optional<Language> language = languageOfSyntax(*syntax))
      return *language;
  std::string name = unicode::toLower(filename);
  if (std::optional<Language> language =
          firstThat([&](const Frontend &each) { return each.isName(name); }))
    return *language;
  if (std::optional<Language> language =
          firstThat([&](const Frontend &each) { return each.isContent(text); }))
    return *language;
  return entries[std::size(entries) - 1].language;
}

void warnOfForeignSyntax(std::string_view text, Language language,
                         DiagEngine &diags) {
  std::optional<ast::Directive> syntax = findSyntax(text);
  if (!syntax || languageOfSyntax(*syntax) == language)
    return;
  diags.report(diag::ForeignSyntax, syntax->range, syntaxImage(*syntax),
               languageInfo(language).title);
}

llvm::LogicalResult parse(Language language, std::string_view text,
                          std::string_view filename,
                          const ParseOptions &options, ast::SourceUnit &result,
                          DiagEngine &diags) {
  return frontendOf(language).parse(text, filename, options, result, diags);
}

llvm::FailureOr<ast::Stmt> parseTrigger(Language language,
                                        std::string_view text, LineRange lines,
                                        llvm::SMRange range,
                                        DiagEngine &diags) {
  auto *parse = frontendOf(language).parseTrigger;
  if (!parse)
    parse = DockerfileFrontend.parseTrigger;
  return parse(text, lines, range, diags);
}

void dumpTokens(Language language, std::string_view text,
                const ParseOptions &options, llvm::raw_ostream &out,
                DiagEngine &diags) {
  frontendOf(language).dumpTokens(text, options, out, diags);
}

} // namespace llb::frontend
