// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics as SARIF 2.1.0, the form that code-scanning services read. What
// those add to the standard is kept too: every rule has a help text, every
// result a place, and a fingerprint that survives when lines move. Columns
// count UTF-16 units from 1, the end is exclusive.
#include "llb/Support/DiagPrinter.h"
#include "llb/Support/Digest.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/Unicode.h"

#include <fmt/format.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/SourceMgr.h>
#include <map>
#include <set>

namespace llb {
namespace {

constexpr std::string_view schema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
    "sarif-schema-2.1.0.json";

std::string_view levelOf(Severity severity) {
  switch (severity) {
  case Severity::Note:
  case Severity::Remark:
    return "note";
  case Severity::Warning:
    return "warning";
  case Severity::Error:
    return "error";
  }
  llvm_unreachable("unknown severity");
}

std::string ruleIdOf(DiagId id) {
  const CheckInfo *check = checkInfo(id);
  return std::string(check ? check->rule : diagInfo(id).tag);
}

/// What a rule is about: a check's description, else the message with dots for
/// what differs from case to case.
std::string descriptionOf(DiagId id) {
  if (const CheckInfo *check = checkInfo(id))
    return std::string(check->description);
  std::string text;
  std::string_view format = diagInfo(id).format;
  for (size_t i = 0; i < format.size(); ++i) {
    bool doubled = i + 1 < format.size() && format[i + 1] == format[i];
    if (format[i] == '{' && !doubled) {
      text += "...";
      i = std::min(format.find('}', i), format.size());
      continue;
    }
    if (format[i] == '{' || format[i] == '}')
      ++i;
    text += format[i];
  }
  if (text.find_first_not_of(". ") != std::string::npos)
    return text;
  text = diagInfo(id).tag;
  std::replace(text.begin(), text.end(), '-', ' ');
  return text;
}

/// A path as a URI reference: relative to the working directory if it is in it.
std::string uriOf(std::string_view path) {
  if (path == "<stdin>")
    path = "stdin";
  llvm::SmallString<256> directory;
  std::string relative(path);
  bool absolute = path.starts_with('/');
  if (absolute && !llvm::sys::fs::current_path(directory)) {
    std::string prefix = directory.str().str() + "/";
    if (relative.starts_with(prefix)) {
      relative.erase(0, prefix.size());
      absolute = false;
    }
  }
  while (!absolute && relative.starts_with("./"))
    relative.erase(0, 2);
  std::string uri = absolute ? "file://" : "";
  for (unsigned char c : relative) {
    bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
        (c >= '0' && c <= '9') ||
        std::string_view("-._~/!$&'()*+,;=@").find(static_cast<char>(c)) !=
            std::string_view::npos;
    if (plain)
      uri += static_cast<char>(c);
    else
      uri += fmt::format("%{:02X}", c);
  }
  return uri;
}

struct Position {
  unsigned line = 0;
  unsigned column = 0;
};

class SarifPrinter {
public:
  explicit SarifPrinter(const DiagEngine &diags)
      : diags(diags), sources(diags.sourceMgr()) {}

  std::string print(const ToolInfo &tool);

private:
  unsigned bufferOf(llvm::SMRange range) const {
    return range.Start.isValid() ? sources.FindBufferContainingLoc(range.Start)
                                 : 0;
  }
  Position positionOf(llvm::SMLoc loc, unsigned buffer) const;
  std::string uriOfBuffer(unsigned buffer) const {
    return uriOf(sources.getMemoryBuffer(buffer)->getBufferIdentifier().str());
  }
  std::string region(llvm::SMRange range, unsigned buffer) const;
  std::string physicalLocation(const Diagnostic &diag) const;
  std::string result(const Diagnostic &diag);
  std::string rule(DiagId id) const;
  std::string fix(const Diagnostic &diag) const;
  std::string fingerprint(const Diagnostic &diag);
  std::string_view lineAt(const Diagnostic &diag) const;

  const DiagEngine &diags;
  const llvm::SourceMgr &sources;
  std::map<DiagId, size_t> rules;
  std::set<unsigned> buffers;
  /// How often a fingerprint was given out.
  std::map<std::string, unsigned> seen;
};

Position SarifPrinter::positionOf(llvm::SMLoc loc, unsigned buffer) const {
  Position result;
  result.line = sources.FindLineNumber(loc, buffer);
  const char *start = sources.getMemoryBuffer(buffer)->getBufferStart();
  const char *line = loc.getPointer();
  while (line > start && line[-1] != '\n')
    --line;
  std::string_view before(line, static_cast<size_t>(loc.getPointer() - line));
  result.column = 1;
  while (!before.empty()) {
    unicode::Decoded rune = unicode::decode(before);
    result.column += rune.rune > 0xffff ? 2 : 1;
    before.remove_prefix(std::max<size_t>(rune.length, 1));
  }
  return result;
}

std::string SarifPrinter::region(llvm::SMRange range, unsigned buffer) const {
  Position start = positionOf(range.Start, buffer);
  Position end =
      positionOf(range.End.isValid() ? range.End : range.Start, buffer);
  return fmt::format("{{\"startLine\":{},\"startColumn\":{},\"endLine\":{},"
                     "\"endColumn\":{}}}",
                     start.line, start.column, end.line, end.column);
}

/// Messages about no place, or about lines alone, belong to the first file.
std::string SarifPrinter::physicalLocation(const Diagnostic &diag) const {
  unsigned buffer = bufferOf(diag.range);
  std::string where;
  if (buffer) {
    where = region(diag.range, buffer);
  } else {
    if (sources.getNumBuffers() == 0)
      return {};
    buffer = sources.getMainFileID();
    LineRange lines = diag.places.empty() ? LineRange() : diag.places.front();
    where = fmt::format("{{\"startLine\":{}", std::max(lines.first, 1U));
    if (lines.last > lines.first)
      where += fmt::format(",\"endLine\":{}", lines.last);
    where += '}';
  }
  return fmt::format("{{\"artifactLocation\":{{\"uri\":{}}},\"region\":{}}}",
                     go::jsonString(uriOfBuffer(buffer)), where);
}

std::string_view SarifPrinter::lineAt(const Diagnostic &diag) const {
  unsigned buffer = bufferOf(diag.range);
  if (!buffer)
    return {};
  llvm::StringRef text = sources.getMemoryBuffer(buffer)->getBuffer();
  auto at = static_cast<size_t>(diag.range.Start.getPointer() - text.data());
  size_t start = text.take_front(at).rfind('\n');
  start = start == llvm::StringRef::npos ? 0 : start + 1;
  return text.slice(start, text.find('\n', at)).trim();
}

/// Rule, file and the line's text, but not its number; then how many of the
/// same came before.
std::string SarifPrinter::fingerprint(const Diagnostic &diag) {
  unsigned buffer = bufferOf(diag.range);
  std::string text = ruleIdOf(diag.id) + '\0';
  if (buffer)
    text += uriOfBuffer(buffer);
  text += '\0';
  text += lineAt(diag);
  if (!buffer)
    text += diag.message;
  std::string hash = Digest::of(text).str().substr(7, 16);
  return hash + ":" + std::to_string(++seen[hash]);
}

std::string SarifPrinter::fix(const Diagnostic &diag) const {
  unsigned buffer =
      diag.fixIts.empty() ? 0 : bufferOf(diag.fixIts.front().range);
  if (!buffer)
    return {};
  std::string edits;
  for (const FixIt &edit : diag.fixIts) {
    if (bufferOf(edit.range) != buffer)
      return {};
    edits += fmt::format("{}{{\"deletedRegion\":{},\"insertedContent\":"
                         "{{\"text\":{}}}}}",
                         edits.empty() ? "" : ",", region(edit.range, buffer),
                         go::jsonString(edit.text));
  }
  return fmt::format("[{{\"artifactChanges\":[{{\"artifactLocation\":"
                     "{{\"uri\":{}}},\"replacements\":[{}]}}]}}]",
                     go::jsonString(uriOfBuffer(buffer)), edits);
}

std::string SarifPrinter::rule(DiagId id) const {
  std::string description = descriptionOf(id);
  std::string text = go::jsonString(description);
  const CheckInfo *check = checkInfo(id);
  std::string help = description;
  std::string uri;
  if (check && !check->url.empty()) {
    help += fmt::format("\n\n{}", check->url);
    uri = fmt::format(",\"helpUri\":{}", go::jsonString(check->url));
  }
  return fmt::format("{{\"id\":{},\"shortDescription\":{{\"text\":{}}},"
                     "\"fullDescription\":{{\"text\":{}}},\"help\":{{\"text\":"
                     "{}}}{},\"defaultConfiguration\":{{\"level\":\"{}\"}}}}",
                     go::jsonString(ruleIdOf(id)), text, text,
                     go::jsonString(help), uri, levelOf(diagInfo(id).severity));
}

std::string SarifPrinter::result(const Diagnostic &diag) {
  std::string out = fmt::format(
      "{{\"ruleId\":{},\"ruleIndex\":{},\"level\":\"{}\",\"message\":{{\"text\""
      ":{}}}",
      go::jsonString(ruleIdOf(diag.id)), rules.at(diag.id),
      levelOf(diag.severity), go::jsonString(diag.fullMessage()));
  std::string place = physicalLocation(diag);
  if (!place.empty())
    out += fmt::format(",\"locations\":[{{\"physicalLocation\":{}}}]", place);
  std::string related;
  for (const Diagnostic &note : diag.notes)
    if (bufferOf(note.range))
      related += fmt::format("{}{{\"physicalLocation\":{},\"message\":{{"
                             "\"text\":{}}}}}",
                             related.empty() ? "" : ",", physicalLocation(note),
                             go::jsonString(note.message));
  if (!related.empty())
    out += ",\"relatedLocations\":[" + related + "]";
  if (std::string edits = fix(diag); !edits.empty())
    out += ",\"fixes\":" + edits;
  return out + fmt::format(",\"partialFingerprints\":{{"
                           "\"primaryLocationLineHash\":\"{}\"}}}}",
                           fingerprint(diag));
}

std::string SarifPrinter::print(const ToolInfo &tool) {
  for (const Diagnostic &diag : diags.diagnostics())
    rules.emplace(diag.id, 0);
  std::string ruleList;
  size_t count = 0;
  for (auto &[id, position] : rules) {
    position = count++;
    ruleList += (ruleList.empty() ? "" : ",") + rule(id);
  }
  std::string results;
  for (const Diagnostic &diag : diags.diagnostics())
    results += (results.empty() ? "" : ",") + result(diag);
  return fmt::format(
      "{{\"$schema\":\"{}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{"
      "\"driver\":{{\"name\":{},\"version\":{},\"rules\":[{}]}}}},"
      "\"invocations\":[{{\"executionSuccessful\":{}}}],"
      "\"columnKind\":\"utf16CodeUnits\",\"results\":[{}]}}]}}\n",
      schema, go::jsonString(tool.name), go::jsonString(tool.version), ruleList,
      diags.hasErrors() ? "false" : "true", results);
}

} // namespace

void printDiagnosticsSarif(const DiagEngine &diags, const ToolInfo &tool,
                           llvm::raw_ostream &out) {
  out << SarifPrinter(diags).print(tool);
}

} // namespace llb
