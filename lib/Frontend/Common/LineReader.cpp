// SPDX-License-Identifier: Apache-2.0
//
// The order of the steps is BuildKit's, because its quirks come from it: a
// comment is taken before the directive on the same line is noticed; a comment
// between continuations is dropped, not kept; the line number of a directive's
// error is that of the line before.
#include "LineReader.h"

#include "Directives.h"
#include "Heredoc.h"
#include "PhysicalLines.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/Unicode.h"

#include <llvm/ADT/STLExtras.h>

namespace llb::frontend {
namespace {

std::string_view trimNewline(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
    line.remove_suffix(1);
  return line;
}

bool isComment(std::string_view line) {
  line = unicode::trimLeft(line);
  return !line.empty() && line.front() == '#';
}

/// Takes the escape character at the end, and blanks after it, off `line`.
/// Two of them are none: the first makes the second an ordinary one.
bool trimContinuation(std::string_view &line, char escape) {
  size_t end = line.size();
  while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t'))
    --end;
  if (end == 0 || line[end - 1] != escape)
    return false;
  if (end > 1 && line[end - 2] == escape)
    return false;
  line = line.substr(0, end - 1);
  return true;
}

llvm::SMRange rangeOf(std::string_view text) {
  return {llvm::SMLoc::getFromPointer(text.data()),
          llvm::SMLoc::getFromPointer(text.data() + text.size())};
}

template <class... Args>
Diagnostic makeError(DiagId id, llvm::SMRange range, LineRange place,
                     const Args &...args) {
  Diagnostic diag = DiagEngine::make(id, range, fmt::make_format_args(args...));
  diag.places.push_back(place);
  return diag;
}

class LineReader {
public:
  using HoldsHeredocs = llvm::function_ref<bool(std::string_view, char)>;

  LineReader(std::string_view text, std::string_view language,
             HoldsHeredocs holdsHeredocs)
      : text(text), language(language), scanner(text),
        holdsHeredocs(holdsHeredocs) {}

  LineFile read();

private:
  std::string_view text;
  std::string_view language;
  PhysicalLines scanner;
  HoldsHeredocs holdsHeredocs;
  DirectiveParser directives;
  LineFile file;
  /// The number of physical lines read.
  unsigned current = 0;
  std::vector<std::string> comments;

  void readComment(std::string_view line);
  void readDirective(std::string_view line);
  void readInstruction(std::string_view firstPiece, std::string_view firstLine);
  void readHeredocs(LogicalLine &line, const char *&end);
  void finish();
};

void LineReader::readComment(std::string_view line) {
  std::string_view comment = unicode::trim(line.substr(1));
  if (comment.empty())
    comments.clear();
  else
    comments.emplace_back(comment);
}

void LineReader::readDirective(std::string_view line) {
  ast::Directive directive;
  std::string_view value;
  switch (directives.parseLine(line, directive.name, value)) {
  case DirectiveParser::Result::None:
    return;
  case DirectiveParser::Result::Duplicate:
    file.directiveErrors.push_back(makeError(diag::DuplicateDirective,
                                             rangeOf(line), {current, current},
                                             directive.name));
    break;
  case DirectiveParser::Result::Directive:
    directive.value = value;
    directive.line = current + 1;
    directive.range = rangeOf(line);
    if (directive.name == "escape") {
      if (value == "`" || value == "\\")
        file.escape = value[0];
      else
        file.directiveErrors.push_back(
            makeError(diag::InvalidEscapeToken, rangeOf(value),
                      {current, current}, directive.value));
    }
    file.directives.push_back(std::move(directive));
    break;
  }
  if (!comments.empty())
    comments.pop_back();
}

void LineReader::readInstruction(std::string_view firstPiece,
                                 std::string_view firstLine) {
  LogicalLine line;
  line.lines.first = current;
  const char *begin = firstPiece.empty() ? firstLine.data() : firstPiece.data();
  const char *end = firstLine.data() + trimNewline(firstLine).size();

  std::string_view piece = firstPiece;
  bool continued = trimContinuation(piece, file.escape);
  line.text = piece;
  line.segments.push_back({0, piece.data()});
  std::string joined;
  bool isJoined = false;
  std::string_view raw;
  while (continued && scanner.next(raw)) {
    ++current;
    piece = trimNewline(raw);
    end = piece.data() + piece.size();
    if (isComment(raw))
      continue;
    if (unicode::trimLeft(piece).empty()) {
      line.emptyContinuation = true;
      continue;
    }
    if (!isJoined)
      joined = line.text;
    isJoined = true;
    continued = trimContinuation(piece, file.escape);
    line.segments.push_back({joined.size(), piece.data()});
    joined += piece;
  }
  if (isJoined) {
    file.joined.push_back(std::move(joined));
    line.text = file.joined.back();
  }

  line.lines.last = current;
  line.wordLines = line.lines;
  line.comments = std::move(comments);
  comments.clear();
  if (line.text.find("<<") != std::string_view::npos &&
      holdsHeredocs(line.text, file.escape))
    readHeredocs(line, end);
  line.lines.last = current;
  line.range = {llvm::SMLoc::getFromPointer(begin),
                llvm::SMLoc::getFromPointer(end)};
  file.lines.push_back(std::move(line));
}

void LineReader::readHeredocs(LogicalLine &line, const char *&end) {
  std::string error;
  if (!findHeredocs(line.text, line.heredocs, error)) {
    line.error = makeError(diag::HeredocWord, line.place(0, line.text.size()),
                           line.lines, error);
    return;
  }
  for (ast::Heredoc &heredoc : line.heredocs) {
    const char *bodyBegin = scanner.unread().data();
    const char *bodyEnd = bodyBegin;
    bool terminated = false;
    std::string_view raw;
    while (!terminated && scanner.next(raw)) {
      ++current;
      std::string_view candidate = trimNewline(raw);
      end = candidate.data() + candidate.size();
      if (heredoc.chomp)
        while (candidate.starts_with('\t'))
          candidate.remove_prefix(1);
      terminated = candidate == heredoc.name;
      if (!terminated)
        bodyEnd = raw.data() + raw.size();
    }
    heredoc.content.assign(bodyBegin, bodyEnd);
    heredoc.range = {llvm::SMLoc::getFromPointer(bodyBegin),
                     llvm::SMLoc::getFromPointer(bodyEnd)};
    if (!terminated) {
      size_t word = line.text.find("<<");
      line.error = makeError(diag::UnterminatedHeredoc,
                             line.place(word, line.text.size() - word),
                             {line.lines.first, current}, heredoc.name);
      return;
    }
  }
}

void LineReader::finish() {
  llvm::SMRange endOfFile = rangeOf(text.substr(text.size()));
  if (file.lines.empty() && file.directiveErrors.empty())
    file.endError =
        makeError(diag::NoInstructions, endOfFile, {current, current});
  else if (scanner.tooLong())
    file.endError =
        makeError(diag::LineTooLong, rangeOf(scanner.unread().substr(0, 1)),
                  {current, current}, PhysicalLines::maxLine - 1, language);
}

LineFile LineReader::read() {
  std::string_view raw;
  while (scanner.next(raw)) {
    if (current == 0 && raw.starts_with("\xEF\xBB\xBF"))
      raw.remove_prefix(3);
    bool comment = isComment(raw);
    if (comment)
      readComment(raw);
    std::string_view line = unicode::trimLeft(trimNewline(raw));
    if (!directives.finished())
      readDirective(line);
    ++current;
    if (!comment && !line.empty())
      readInstruction(line, raw);
  }
  finish();
  return std::move(file);
}

} // namespace

llvm::SMRange LogicalLine::place(size_t offset, size_t length) const {
  if (fixedPlace.isValid())
    return fixedPlace;
  auto locate = [&](size_t at) {
    const Segment *segment = std::prev(
        llvm::upper_bound(segments, at, [](size_t at, const Segment &s) {
          return at < s.offset;
        }));
    return segment->start + (at - segment->offset);
  };
  const char *begin = locate(std::min(offset, text.size()));
  const char *end =
      length == 0 ? begin
                  : locate(std::min(offset + length, text.size()) - 1) + 1;
  return {llvm::SMLoc::getFromPointer(begin),
          llvm::SMLoc::getFromPointer(std::max(begin, end))};
}

LineFile readLines(std::string_view text, std::string_view language,
                   llvm::function_ref<bool(std::string_view line, char escape)>
                       holdsHeredocs) {
  return LineReader(text, language, holdsHeredocs).read();
}

} // namespace llb::frontend
