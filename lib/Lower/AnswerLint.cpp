// SPDX-License-Identifier: Apache-2.0
//
// What the checks found, with the file and the definition by which a client can
// load it again. An error of the file is one more finding, so this request
// never fails.
#include "Answer.h"
#include "AnswerJson.h"
#include "SourceMap.h"

#include "llb/IR/Binary.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoTable.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <fmt/format.h>

namespace llb::lower {
namespace {

LineRange placeOf(const Diagnostic &diag) {
  return diag.places.empty() ? LineRange() : diag.places.front();
}

std::vector<const Diagnostic *> findChecks(const DiagEngine &diags) {
  std::vector<const Diagnostic *> checks;
  for (const Diagnostic &diag : diags.diagnostics())
    if (checkInfo(diag.id))
      checks.push_back(&diag);
  return checks;
}

void appendWarning(std::string &out, const Diagnostic &diag) {
  const CheckInfo &info = *checkInfo(diag.id);
  JsonObject object(out);
  object.text("ruleName", info.rule);
  object.optionalText("description", info.description);
  object.optionalText("url", info.url);
  object.optionalText("detail", diag.message);
  object.location("location", placeOf(diag));
}

/// Every line of all places once.
void appendError(std::string &out, const Diagnostic &diag) {
  std::set<unsigned> lines;
  for (LineRange place : diag.places)
    for (unsigned line = place.first; line != 0 && line <= place.last; ++line)
      lines.insert(line);
  JsonObject object(out);
  object.text("message", diag.fullMessage());
  JsonObject location(object.member("location"));
  if (lines.empty())
    return;
  std::string &ranges = location.member("ranges");
  appendJsonArray(ranges, lines,
                  [&](unsigned line) { appendJsonRange(ranges, line, line); });
}

void appendMetadata(std::string &out, const ir::OpMetadata &metadata) {
  JsonObject object(out);
  if (!metadata.description.empty()) {
    JsonObject description(object.member("description"));
    for (const auto &[key, value] : metadata.description)
      description.text(key, value);
  }
  JsonObject caps(object.member("caps"));
  for (const auto &[cap, needed] : metadata.caps)
    caps.member(cap) += needed ? "true" : "false";
}

void appendDefinition(std::string &out, const ir::Module &module) {
  std::vector<Digest> digests = ir::digestNodes(module);
  std::map<std::string, const ir::OpMetadata *> metadata;
  for (size_t i = 0; i < digests.size(); ++i)
    metadata[digests[i].str()] = &module.nodes[i].metadata;

  JsonObject definition(out);
  std::string &ops = definition.member("def");
  appendJsonArray(ops, module.nodes, [&](const ir::Node &node) {
    go::appendJsonString(ops, go::base64(ir::encodeOp(node, digests)));
  });
  {
    JsonObject object(definition.member("metadata"));
    for (const auto &[digest, entry] : metadata)
      appendMetadata(object.member(digest), *entry);
  }
  // It comes from no line of any file. The terminal operation has no entry.
  std::set<std::string> placed;
  for (size_t i = 0; i + 1 < digests.size(); ++i)
    placed.insert(digests[i].str());
  JsonObject source(definition.member("Source"));
  JsonObject locations(source.member("locations"));
  for (const std::string &digest : placed)
    locations.member(digest) += "{}";
}

void appendSource(std::string &out, const ast::BuildFile &file,
                  const ir::Module &definition) {
  JsonObject source(out);
  source.optionalText("filename", file.filename);
  if (!file.text.empty())
    source.text("data", go::base64(file.text));
  appendDefinition(source.member("definition"), definition);
  source.text("language", "Dockerfile");
}

/// The lines around a warning (BuildKit v0.32.2, solver/errdefs).
void printExcerpt(std::string &out, std::string_view filename,
                  const std::vector<std::string_view> &lines, LineRange place) {
  size_t first = place.first;
  size_t last = std::max(place.first, place.last);
  if (first == 0 || first > lines.size())
    return;
  last = std::min(last, lines.size());
  size_t wanted = first == last ? 4 : 2;
  for (size_t added = 0; added < wanted; ++added) {
    if (first > 1) {
      --first;
      ++added;
    }
    if (last != lines.size()) {
      ++last;
      ++added;
    }
  }
  constexpr std::string_view rule = "--------------------\n";
  out += fmt::format("{}:{}\n{}", filename, place.first, rule);
  for (size_t line = first; line <= last; ++line) {
    bool marked = line >= place.first && line <= place.last;
    out += fmt::format(" {:3} | {} {}\n", line, marked ? ">>>" : "   ",
                       lines[line - 1]);
  }
  out += rule;
}

std::vector<std::string_view> splitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return lines;
    text.remove_prefix(end + 1);
  }
}

std::string printWarnings(const ast::BuildFile &file,
                          std::vector<const Diagnostic *> checks) {
  go::sortSlice(checks, [](const Diagnostic *a, const Diagnostic *b) {
    unsigned lineA = placeOf(*a).first;
    unsigned lineB = placeOf(*b).first;
    if (lineA == 0 && lineB == 0)
      return checkInfo(a->id)->rule < checkInfo(b->id)->rule;
    return lineA < lineB;
  });
  std::vector<std::string_view> lines = splitLines(file.text);
  std::string out;
  for (const Diagnostic *diag : checks) {
    const CheckInfo &info = *checkInfo(diag->id);
    out += fmt::format("\nWARNING: {}", info.rule);
    if (!info.url.empty())
      out += fmt::format(" - {}", info.url);
    out += fmt::format("\n{}\n", unicode::toValidUtf8(diag->message));
    printExcerpt(out, unicode::toValidUtf8(file.filename), lines,
                 placeOf(*diag));
  }
  return out;
}

} // namespace

Answer answerLint(const ast::BuildFile &file, const LowerOptions &options,
                  const FrontendOptions &frontend, const DiagEngine &diags) {
  std::vector<const Diagnostic *> checks = findChecks(diags);
  const Diagnostic *error = diags.firstError();
  std::string json;
  {
    JsonObject object(json);
    std::string &warnings = object.member("warnings");
    if (checks.empty())
      warnings += "null";
    else
      appendJsonArray(warnings, checks, [&](const Diagnostic *diag) {
        appendWarning(warnings, *diag);
      });
    std::string &sources = object.member("sources");
    sources += '[';
    appendSource(sources, file, loadDefinition(options, frontend));
    sources += ']';
    if (error)
      appendError(object.member("buildError"), *error);
  }
  return {{"result.json", go::indentJson(json)},
          {"result.txt", printWarnings(file, checks)},
          {"result.statuscode", checks.empty() && !error ? "0" : "1"},
          {"version", "1.0.0"}};
}

} // namespace llb::lower
