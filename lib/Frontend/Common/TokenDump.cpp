// SPDX-License-Identifier: Apache-2.0
//
// `--emit=tokens`: the grammar's tokens, with what the line reader took out
// before them. Comments and continuations are not tokens.
#include "BuildFileReader.h"
#include "Grammar.h"
#include "llb/Support/GoText.h"

namespace llb::frontend {
namespace {

/// Finds lines and columns of ever later places without starting over.
class Cursor {
public:
  explicit Cursor(std::string_view text)
      : begin(text.data()), end(begin + text.size()), at(begin),
        lineStart(begin) {}

  void print(const char *place, llvm::raw_ostream &out) {
    if (place < at) {
      at = lineStart = begin;
      line = 1;
    }
    for (; at != place && at != end; ++at) {
      if (*at == '\n') {
        ++line;
        lineStart = at + 1;
      }
    }
    out << line << ':' << (at - lineStart + 1);
  }

private:
  const char *begin;
  const char *end;
  const char *at;
  const char *lineStart;
  unsigned line = 1;
};

} // namespace

void dumpBuildFileTokens(std::string_view text, const Dialect &dialect,
                         llvm::raw_ostream &out, DiagEngine &diags) {
  LineFile file = grammar::readFile(text, dialect);
  Cursor cursor(text);
  auto print = [&](const char *place, std::string_view kind,
                   std::string_view value) {
    cursor.print(place, out);
    out << ' ' << kind << ' ' << go::quote(value) << '\n';
  };
  for (const ast::Directive &directive : file.directives)
    print(directive.range.Start.getPointer(), "DIRECTIVE",
          directive.name + "=" + directive.value);

  size_t done = 0;
  auto printHeredocs = [&](size_t end) {
    for (; done < end; ++done)
      for (const ast::Heredoc &heredoc : file.lines[done].heredocs)
        print(heredoc.range.Start.getPointer(), "HEREDOC", heredoc.content);
  };
  grammar::forEachToken(
      file, dialect, [&](size_t line, std::string_view kind, const Word &word) {
        printHeredocs(line);
        const LogicalLine &logical = file.lines[line];
        print(logical.place(word.offset, word.text.size()).Start.getPointer(),
              kind, word.text);
      });
  printHeredocs(file.lines.size());
  for (Diagnostic &error : file.directiveErrors)
    diags.add(std::move(error));
  for (LogicalLine &line : file.lines)
    if (line.error)
      diags.add(std::move(*line.error));
  if (file.endError)
    diags.add(std::move(*file.endError));
}

} // namespace llb::frontend
