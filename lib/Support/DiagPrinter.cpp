// SPDX-License-Identifier: Apache-2.0
//
// The text renderer is llvm::SourceMgr's; what is added here is the tag, the
// window on long lines and messages that have no place.
#include "llb/Support/DiagPrinter.h"

#include <algorithm>
#include <llvm/ADT/SmallVector.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/WithColor.h>

namespace llb {
namespace {

/// Longer source lines are shown as a window of this many bytes.
constexpr int maxLineShown = 240;

llvm::SourceMgr::DiagKind kindOf(Severity severity) {
  switch (severity) {
  case Severity::Note:
    return llvm::SourceMgr::DK_Note;
  case Severity::Remark:
    return llvm::SourceMgr::DK_Remark;
  case Severity::Warning:
    return llvm::SourceMgr::DK_Warning;
  case Severity::Error:
    return llvm::SourceMgr::DK_Error;
  }
  llvm_unreachable("unknown severity");
}

/// Control characters of hostile input must not reach the terminal.
std::string withoutControls(std::string_view text) {
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  return out;
}

/// The wrapping says where the fault is; a place says it better.
std::string textOf(const Diagnostic &diag, bool placed) {
  std::string text = placed ? diag.message : diag.fullMessage();
  text = withoutControls(text);
  if (diag.severity == Severity::Note)
    return text;
  text += " [";
  text += diagInfo(diag.id).tag;
  text += ']';
  return text;
}

llvm::StringRef textOf(llvm::SMRange range) {
  const char *start = range.Start.getPointer();
  return {start, static_cast<size_t>(range.End.getPointer() - start)};
}

/// The part of a long line around the caret, with the columns moved along.
llvm::SMDiagnostic cutLongLine(const llvm::SMDiagnostic &full) {
  int size = static_cast<int>(full.getLineContents().size());
  int column = full.getColumnNo();
  if (size <= maxLineShown || column < 0)
    return full;
  int start = column < maxLineShown / 2 ? 0 : column - maxLineShown / 2;
  llvm::StringRef window = full.getLineContents().substr(start, maxLineShown);
  llvm::SmallVector<std::pair<unsigned, unsigned>, 1> ranges;
  for (auto [from, to] : full.getRanges()) {
    int first = std::max(static_cast<int>(from) - start, 0);
    int last = std::min(static_cast<int>(to) - start, maxLineShown);
    if (first < last)
      ranges.emplace_back(first, last);
  }
  return llvm::SMDiagnostic(
      *full.getSourceMgr(), full.getLoc(), full.getFilename(), full.getLineNo(),
      column - start, full.getKind(), full.getMessage(), window, ranges, {});
}

void print(const Diagnostic &diag, const llvm::SourceMgr &sources,
           llvm::raw_ostream &out) {
  bool placed = diag.range.Start.isValid() &&
                sources.FindBufferContainingLoc(diag.range.Start) != 0;
  llvm::SmallVector<llvm::SMFixIt, 2> fixIts;
  if (placed)
    for (const FixIt &fix : diag.fixIts)
      if (!fix.text.empty())
        fixIts.emplace_back(fix.range, fix.text);
  llvm::SmallVector<llvm::SMRange, 1> ranges;
  if (placed && diag.range.End.isValid() && diag.range.End != diag.range.Start)
    ranges.push_back(diag.range);
  // Without a file name: SourceMgr would call a message without a place
  // `<unknown>:0`.
  llvm::SMDiagnostic message =
      placed
          ? sources.GetMessage(diag.range.Start, kindOf(diag.severity),
                               textOf(diag, placed), ranges, fixIts)
          : llvm::SMDiagnostic("", kindOf(diag.severity), textOf(diag, placed));
  cutLongLine(message).print(/*ProgName=*/nullptr, out, out.has_colors());
  // Nothing in place of something can't be drawn below the line.
  if (placed)
    for (const FixIt &fix : diag.fixIts)
      if (fix.text.empty())
        out << "fix: remove '" << textOf(fix.range).trim() << "'\n";
  if (!diag.remedy.empty())
    llvm::SMDiagnostic("", llvm::SourceMgr::DK_Note, diag.remedy)
        .print(/*ProgName=*/nullptr, out, out.has_colors());
  for (const Diagnostic &note : diag.notes)
    print(note, sources, out);
}

} // namespace

void printDiagnostics(const DiagEngine &diags, llvm::raw_ostream &out,
                      size_t limit) {
  // Standard error has no buffer: without one each message is ten writes.
  bool buffer = out.GetBufferSize() == 0;
  if (buffer)
    out.SetBuffered();
  size_t shown = 0;
  for (const Diagnostic &diag : diags.diagnostics())
    if (++shown <= limit)
      print(diag, diags.sourceMgr(), out);
  if (shown > limit)
    out << shown - limit << " more messages are not shown\n";
  if (buffer)
    out.SetUnbuffered();
}

void printFindings(const DiagEngine &diags, llvm::raw_ostream &out) {
  const llvm::SourceMgr &sources = diags.sourceMgr();
  std::vector<std::vector<const Diagnostic *>> groups;
  size_t findings = 0;
  for (const Diagnostic &diag : diags.diagnostics()) {
    if (!checkInfo(diag.id)) {
      print(diag, sources, out);
      continue;
    }
    ++findings;
    auto group =
        std::find_if(groups.begin(), groups.end(), [&](const auto &known) {
          return known.front()->id == diag.id;
        });
    if (group == groups.end())
      group = groups.insert(groups.end(), {{}});
    group->push_back(&diag);
  }
  auto isBefore = [](const Diagnostic *a, const Diagnostic *b) {
    return a->range.Start.getPointer() < b->range.Start.getPointer();
  };
  for (auto &group : groups)
    std::stable_sort(group.begin(), group.end(), isBefore);
  std::stable_sort(groups.begin(), groups.end(),
                   [&](const auto &a, const auto &b) {
                     return isBefore(a.front(), b.front());
                   });
  for (const auto &group : groups) {
    const CheckInfo &check = *checkInfo(group.front()->id);
    out << check.rule << ": " << check.description << '\n';
    if (!check.url.empty())
      out << check.url << '\n';
    for (const Diagnostic *diag : group)
      print(*diag, sources, out);
    out << '\n';
  }
  auto count = [](size_t number, const char *what) {
    return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
  };
  if (diags.hasErrors())
    out << "Check incomplete, " << count(diags.errorCount(), "error") << " and "
        << count(findings, "warning") << " found.\n";
  else
    out << "Check complete, "
        << (findings ? count(findings, "warning") : "no warnings")
        << " found.\n";
}

void printDiagnostics(const DiagEngine &diags, DiagFormat format,
                      const ToolInfo &tool, llvm::raw_ostream &out) {
  switch (format) {
  case DiagFormat::Text:
    return printDiagnostics(diags, out);
  case DiagFormat::Json:
    return printDiagnosticsJson(diags, out);
  case DiagFormat::Sarif:
    return printDiagnosticsSarif(diags, tool, out);
  }
}

} // namespace llb
