// SPDX-License-Identifier: Apache-2.0
//
// Expectations are found by text, not by comment syntax, so that they work in
// every language the tools read.
#include "llb/Support/VerifyDiags.h"

#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>
#include <optional>

namespace llb {
namespace {

struct Expectation {
  Severity severity;
  /// Line it is about; none for any.
  std::optional<unsigned> line;
  std::string_view text;
  /// Line it stands on.
  unsigned writtenAt;
  bool met = false;
};

struct Seen {
  Severity severity;
  std::optional<unsigned> line;
  std::string message;
  bool met = false;
};

constexpr std::pair<std::string_view, Severity> words[] = {
    {"error", Severity::Error},
    {"warning", Severity::Warning},
    {"remark", Severity::Remark},
    {"note", Severity::Note}};

bool consume(std::string_view &text, std::string_view prefix) {
  if (!text.starts_with(prefix))
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

unsigned consumeNumber(std::string_view &text) {
  unsigned value = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    value = value * 10 + static_cast<unsigned>(text.front() - '0');
    text.remove_prefix(1);
  }
  return value;
}

/// Reads what follows `expected-`, nothing if it is no expectation.
std::optional<Expectation> parseOne(std::string_view rest, unsigned line) {
  Expectation result{Severity::Error, line, {}, line};
  bool known = false;
  for (auto [word, severity] : words)
    if (!known && consume(rest, word)) {
      result.severity = severity;
      known = true;
    }
  if (!known)
    return std::nullopt;
  if (consume(rest, "@")) {
    if (consume(rest, "*"))
      result.line.reset();
    else if (consume(rest, "+"))
      result.line = line + consumeNumber(rest);
    else if (consume(rest, "-"))
      result.line = line - consumeNumber(rest);
    else
      result.line = consumeNumber(rest);
  }
  while (consume(rest, " "))
    ;
  size_t end = rest.find("}}");
  if (!consume(rest, "{{") || end == std::string_view::npos)
    return std::nullopt;
  result.text = rest.substr(0, end - 2);
  return result;
}

std::vector<Expectation> parseAll(std::string_view text) {
  constexpr std::string_view marker = "expected-";
  std::vector<Expectation> result;
  unsigned line = 0;
  while (!text.empty()) {
    ++line;
    std::string_view current = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(current.size() + 1, text.size()));
    for (size_t at = current.find(marker); at != std::string_view::npos;
         at = current.find(marker, at + 1))
      if (auto found = parseOne(current.substr(at + marker.size()), line))
        result.push_back(*found);
  }
  return result;
}

void collect(const Diagnostic &diag, const llvm::SourceMgr &sources,
             std::vector<Seen> &out) {
  Seen seen{diag.severity, std::nullopt, diag.fullMessage()};
  if (diag.range.Start.isValid())
    if (unsigned buffer = sources.FindBufferContainingLoc(diag.range.Start))
      seen.line = sources.getLineAndColumn(diag.range.Start, buffer).first;
  out.push_back(std::move(seen));
  for (const Diagnostic &note : diag.notes)
    collect(note, sources, out);
}

std::string_view wordOf(Severity severity) {
  for (auto [word, candidate] : words)
    if (candidate == severity)
      return word;
  return "message";
}

} // namespace

bool verifyDiagnostics(std::string_view text, const DiagEngine &diags,
                       llvm::raw_ostream &out) {
  std::vector<Expectation> expected = parseAll(text);
  std::vector<Seen> seen;
  for (const Diagnostic &diag : diags.diagnostics())
    collect(diag, diags.sourceMgr(), seen);

  for (Expectation &want : expected)
    for (Seen &got : seen)
      if (!got.met && !want.met && got.severity == want.severity &&
          (!want.line || got.line == want.line) &&
          got.message.find(want.text) != std::string::npos)
        got.met = want.met = true;

  bool good = true;
  for (const Expectation &want : expected)
    if (!want.met) {
      good = false;
      out << "line " << want.writtenAt << ": expected " << wordOf(want.severity)
          << " was not reported: " << want.text << '\n';
    }
  for (const Seen &got : seen)
    if (!got.met) {
      good = false;
      out << "line " << got.line.value_or(0) << ": unexpected "
          << wordOf(got.severity) << ": " << got.message << '\n';
    }
  return good;
}

} // namespace llb
