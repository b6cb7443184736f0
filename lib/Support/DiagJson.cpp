// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics as JSON. The message is BuildKit's whole text, with the wrapping
// that the text form leaves to file, line and column.
#include "llb/Support/DiagPrinter.h"
#include "llb/Support/GoJson.h"

#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>

namespace llb {
namespace {

std::string_view nameOf(Severity severity) {
  switch (severity) {
  case Severity::Note:
    return "note";
  case Severity::Remark:
    return "remark";
  case Severity::Warning:
    return "warning";
  case Severity::Error:
    return "error";
  }
  llvm_unreachable("unknown severity");
}

class JsonPrinter {
public:
  JsonPrinter(const llvm::SourceMgr &sources, llvm::raw_ostream &out)
      : sources(sources), out(out) {}

  void print(const Diagnostic &diag) {
    out << "{\"id\":" << go::jsonString(diagInfo(diag.id).tag)
        << ",\"severity\":" << go::jsonString(nameOf(diag.severity))
        << ",\"message\":" << go::jsonString(diag.fullMessage());
    if (const CheckInfo *check = checkInfo(diag.id)) {
      out << ",\"rule\":" << go::jsonString(check->rule)
          << ",\"description\":" << go::jsonString(check->description);
      if (!check->url.empty())
        out << ",\"url\":" << go::jsonString(check->url);
    }
    if (unsigned buffer = bufferOf(diag.range)) {
      out << ",\"file\":"
          << go::jsonString(
                 sources.getMemoryBuffer(buffer)->getBufferIdentifier().str())
          << ",\"range\":";
      printRange(diag.range, buffer);
    }
    printPlaces(diag.places);
    printFixIts(diag.fixIts);
    if (!diag.remedy.empty())
      out << ",\"remedy\":" << go::jsonString(diag.remedy);
    if (!diag.notes.empty()) {
      out << ",\"notes\":";
      printAll(diag.notes);
    }
    out << '}';
  }

  void printAll(const std::vector<Diagnostic> &diags) {
    out << '[';
    for (size_t i = 0; i < diags.size(); ++i) {
      if (i)
        out << ',';
      print(diags[i]);
    }
    out << ']';
  }

private:
  unsigned bufferOf(llvm::SMRange range) const {
    return range.Start.isValid() ? sources.FindBufferContainingLoc(range.Start)
                                 : 0;
  }

  void printPosition(llvm::SMLoc loc, unsigned buffer) {
    auto [line, column] = sources.getLineAndColumn(loc, buffer);
    out << "{\"line\":" << line << ",\"column\":" << column << '}';
  }

  void printRange(llvm::SMRange range, unsigned buffer) {
    out << "{\"start\":";
    printPosition(range.Start, buffer);
    out << ",\"end\":";
    printPosition(range.End.isValid() ? range.End : range.Start, buffer);
    out << '}';
  }

  void printPlaces(const std::vector<LineRange> &places) {
    if (places.empty())
      return;
    out << ",\"lines\":[";
    const char *before = "";
    for (LineRange place : places) {
      // Of an error at no instruction BuildKit has a place without lines.
      if (place.first > place.last)
        continue;
      out << before << '[' << place.first << ',' << place.last << ']';
      before = ",";
    }
    out << ']';
  }

  void printFixIts(const std::vector<FixIt> &fixIts) {
    if (fixIts.empty())
      return;
    out << ",\"fixIts\":[";
    for (size_t i = 0; i < fixIts.size(); ++i) {
      out << (i ? "," : "") << "{\"range\":";
      printRange(fixIts[i].range, bufferOf(fixIts[i].range));
      out << ",\"text\":" << go::jsonString(fixIts[i].text) << '}';
    }
    out << ']';
  }

  const llvm::SourceMgr &sources;
  llvm::raw_ostream &out;
};

} // namespace

void printDiagnosticsJson(const DiagEngine &diags, llvm::raw_ostream &out) {
  JsonPrinter(diags.sourceMgr(), out).printAll(diags.diagnostics());
  out << '\n';
}

} // namespace llb
