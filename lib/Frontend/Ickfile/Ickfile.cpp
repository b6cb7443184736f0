// SPDX-License-Identifier: Apache-2.0
//
// Ickfiles: Dockerfiles with the words that agbell/ick gave them. All of
// today's Dockerfile is in the language; the grammar has a start mode of its
// own for the words, and shares everything after them.
#include "../Common/BuildFileReader.h"
#include "../Common/Directives.h"
#include "../Frontends.h"
#include "IckWords.h"
#include "llb/Support/Unicode.h"

#include <llvm/ADT/StringRef.h>

namespace llb::frontend {
namespace {

Dialect dialectOf(const ParseOptions &options) {
  return {.words = ast::Vocabulary::Ick,
          .strict = options.ickStrict,
          .twoWords = !options.ickStrict};
}

/// The last component of an image's name is `ick`, in somebody's repository.
bool isIckImage(std::string_view image) { return image.ends_with("/ick"); }

bool isIckName(std::string_view name) {
  return isNamed(name, "ickfile") ||
         (name.size() > 4 && name.ends_with(".ick"));
}

/// The first instruction is a word that Dockerfiles do not have.
bool looksLikeIckfile(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = unicode::trim(line);
    if (line.empty() || line.starts_with('#'))
      continue;
    std::string_view word = line.substr(0, line.find_first_of(" \t"));
    if (ast::stmtKindNamed(word, ast::Vocabulary::Ick))
      return !ast::stmtKindNamed(word, ast::Vocabulary::Docker);
    return llvm::StringRef(word).equals_insensitive("COME");
  }
  return false;
}

/// A trigger may come from a Dockerfile's image or from an Ickfile's. Images of
/// agbell/ick have their own word for ONBUILD in front of it, left there by
/// mistake; and there PLEASE DO is a RUN.
llvm::FailureOr<ast::Stmt> parseIckTrigger(std::string_view text,
                                           LineRange lines, llvm::SMRange range,
                                           DiagEngine &diags) {
  std::string_view rest = unicode::trimLeft(text);
  std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  if (llvm::StringRef(word).equals_insensitive(
          ast::wordOf(ast::StmtKind::Onbuild, ast::Vocabulary::Ick)))
    text = unicode::trimLeft(rest.substr(word.size()));
  constexpr Dialect both{.words = ast::Vocabulary::Ick};
  return readTrigger(text, lines, range, both, diags);
}

} // namespace

bool asksForIckChecks(std::string_view text) {
  for (const ast::Directive &directive : detectDirectives(text)) {
    if (directive.name != "check")
      continue;
    llvm::SmallVector<llvm::StringRef, 4> options;
    llvm::StringRef(directive.value).split(options, ';');
    for (llvm::StringRef option : options)
      if (option.trim() == "ick")
        return true;
  }
  return false;
}

llvm::LogicalResult parseIckfile(std::string_view text,
                                 std::string_view filename,
                                 const ParseOptions &options,
                                 ast::BuildFile &result, DiagEngine &diags) {
  auto checkWords = [&](const RawStmt &raw, std::vector<Diagnostic> &found) {
    checkIckWords(raw, options, found);
  };
  return readBuildFile(text, filename, dialectOf(options), checkWords, result,
                       diags);
}

const Frontend IckfileFrontend = {
    .isSyntax = isIckImage,
    .isName = isIckName,
    .isContent = looksLikeIckfile,
    .parse =
        [](std::string_view text, std::string_view filename,
           const ParseOptions &options, ast::SourceUnit &result,
           DiagEngine &diags) {
          return parseIckfile(text, filename, options,
                              result.emplace<ast::BuildFile>(), diags);
        },
    .parseTrigger = parseIckTrigger,
    .dumpTokens =
        [](std::string_view text, const ParseOptions &options,
           llvm::raw_ostream &out, DiagEngine &diags) {
          dumpBuildFileTokens(text, dialectOf(options), out, diags);
        },
};

} // namespace llb::frontend
