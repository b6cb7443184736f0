// SPDX-License-Identifier: Apache-2.0
//
// Two words are told by the blank in the token; which statement it is, the
// lexer has said. That PLEASE DO is an ENTRYPOINT is what agbell/ick's README
// says and its code does not do.
#include "IckWords.h"

#include "llb/Support/FrontendDiags.h"

namespace llb::frontend {

static void checkWord(const RawStmt &raw, const Head &head,
                      const ParseOptions &options,
                      std::vector<Diagnostic> &found) {
  if (!head.kind)
    return;
  std::string_view written = head.word.text;
  std::string_view better = ast::wordOf(*head.kind, ast::Vocabulary::Ick);
  std::string docker(ast::wordOf(*head.kind, ast::Vocabulary::Docker));
  auto add = [&](DiagId id, std::string_view what) {
    llvm::SMRange range = raw.place(head.word);
    found.push_back(
        DiagEngine::make(id, range, fmt::make_format_args(what, better)));
    found.back().fixIts.push_back({range, std::string(better)});
  };
  if (written.find_first_of(" \t\v\f\r") != std::string_view::npos) {
    add(head.kind == ast::StmtKind::Entrypoint ? diag::TwoWordsMeantRun
                                               : diag::TwoWords,
        docker);
  } else if (!ast::stmtKindNamed(written, ast::Vocabulary::Ick) &&
             ast::stmtKindNamed(written, ast::Vocabulary::Docker)) {
    if (options.ickStrict)
      add(diag::DockerWordRefused, written);
    else if (!options.ickChecks)
      add(diag::DockerWord, written);
  }
}

void checkIckWords(const RawStmt &raw, const ParseOptions &options,
                   std::vector<Diagnostic> &found) {
  for (const Head &head : raw.heads)
    checkWord(raw, head, options, found);
}

} // namespace llb::frontend
