// SPDX-License-Identifier: Apache-2.0
//
// The JSON is assembled from pieces that are JSON already: operations as
// dump-llb prints them, configs as lowering serialised them.
#include "llb/Driver/Bundle.h"
#include "llb/IR/Binary.h"
#include "llb/IR/JsonDump.h"
#include "llb/Lower/ResultMetadata.h"
#include "llb/Support/GoJson.h"

#include <llvm/ADT/StringRef.h>

namespace llb::driver {
namespace {

/// BuildKit draws a random id for a group; bundles are compared, so it gets a
/// fixed one here.
constexpr std::string_view groupId = "progress-group";

/// Separates members of one JSON object or array.
class Separator {
public:
  explicit Separator(llvm::raw_ostream &out) : out(out) {}
  void next() {
    if (!first)
      out << ',';
    first = false;
  }

private:
  llvm::raw_ostream &out;
  bool first = true;
};

/// BuildKit counts the lines of directives from 0, and its JSON leaves a 0 out.
void writeLines(LineRange lines, llvm::raw_ostream &out) {
  out << '[';
  if (lines.first == 0)
    out << "{\"start\":{},\"end\":{}}";
  for (unsigned line = lines.first; line && line <= lines.last; ++line)
    out << (line == lines.first ? "" : ",") << "{\"start\":{\"line\":" << line
        << "},\"end\":{\"line\":" << line << "}}";
  out << ']';
}

void writeWarning(const Diagnostic &diag, const CheckInfo &check, bool gateway,
                  llvm::raw_ostream &out) {
  LineRange lines = diag.places.empty() ? LineRange() : diag.places.front();
  out << '{';
  if (gateway) {
    std::string text = std::string(check.rule) + ": " + diag.message;
    if (lines.first)
      text += " (line " + std::to_string(lines.first) + ")";
    out << "\"message\":" << go::jsonString(text);
  } else {
    out << "\"rule\":" << go::jsonString(check.rule)
        << ",\"message\":" << go::jsonString(diag.message);
  }
  out << ",\"detail\":[" << go::jsonString(check.description) << ']';
  if (!check.url.empty())
    out << ",\"url\":" << go::jsonString(check.url);
  if (lines.first) {
    out << ",\"ranges\":";
    writeLines(lines, out);
  }
  out << '}';
}

void writeWarnings(const DiagEngine &diags, bool gateway,
                   llvm::raw_ostream &out) {
  out << '[';
  Separator separator(out);
  for (const Diagnostic &diag : diags.diagnostics()) {
    const CheckInfo *check = checkInfo(diag.id);
    if (!check)
      continue;
    separator.next();
    writeWarning(diag, *check, gateway, out);
  }
  out << ']';
}

bool hasWarnings(const DiagEngine &diags) {
  for (const Diagnostic &diag : diags.diagnostics())
    if (checkInfo(diag.id))
      return true;
  return false;
}

void writeError(const Diagnostic &error, llvm::raw_ostream &out) {
  out << "{\"message\":" << go::jsonString(error.fullMessage());
  if (!error.places.empty()) {
    out << ",\"ranges\":[";
    for (size_t i = 0; i < error.places.size(); ++i) {
      out << (i ? "," : "");
      if (error.places[i].first > error.places[i].last)
        out << "null";
      else
        writeLines(error.places[i], out);
    }
    out << ']';
  }
  out << '}';
}

void writeOutput(const lower::LoweredImage &image, bool multiPlatform,
                 bool gateway, llvm::raw_ostream &out) {
  out << "{\"platform\":"
      << go::jsonString(multiPlatform ? image.platformId : "");
  ir::Module module = image.module;
  for (ir::Node &node : module.nodes)
    if (node.metadata.progressGroup)
      node.metadata.progressGroup->id = groupId;
  const ir::Result &result = module.results.front();
  if (!result.terminal.valid()) {
    out << ",\"root\":\"\",\"ops\":null";
  } else {
    out << ",\"root\":" << go::jsonString(ir::digestNodes(module).back().str());
    std::string lines;
    llvm::raw_string_ostream stream(lines);
    ir::dumpJson(module, result, stream);
    llvm::StringRef rest(lines);
    rest = rest.rtrim('\n');
    out << ",\"ops\":[";
    Separator separator(out);
    while (!rest.empty()) {
      auto [line, tail] = rest.split('\n');
      separator.next();
      out << line;
      rest = tail;
    }
    out << "],\"source\":";
    ir::dumpSourceJson(module, result, out);
  }
  if (!gateway)
    out << ",\"image\":" << image.config
        << ",\"baseImage\":" << image.baseConfig.value_or("null");
  out << '}';
}

void writeMeta(const lower::Lowered &lowered, llvm::raw_ostream &out) {
  out << '{';
  Separator separator(out);
  if (lowered.answer) {
    for (const auto &[key, value] : *lowered.answer) {
      separator.next();
      out << go::jsonString(key) << ':' << go::jsonString(value);
    }
    out << '}';
    return;
  }
  for (const auto &[key, value] : lower::resultMetadata(lowered)) {
    separator.next();
    out << go::jsonString(key) << ':' << value;
  }
  out << '}';
}

void writeOutputs(const lower::Lowered &lowered, bool gateway,
                  llvm::raw_ostream &out) {
  out << '[';
  Separator separator(out);
  for (const lower::LoweredImage *image : lower::distinctImages(lowered)) {
    separator.next();
    writeOutput(*image, lowered.multiPlatform, gateway, out);
  }
  out << ']';
}

} // namespace

void writeBundle(const lower::Lowered *lowered, bool gateway,
                 const DiagEngine &diags, llvm::raw_ostream &out) {
  out << '{';
  Separator separator(out);
  const Diagnostic *error = diags.firstError();
  // A request that was answered did not fail, whatever is wrong with the file.
  // Checks are the content of a lint answer, not warnings beside it.
  bool answered = lowered && lowered->answer;
  bool linted = answered && lowered->answer->count("result.statuscode");
  if (lowered && (!error || answered)) {
    if (!lowered->images.empty()) {
      separator.next();
      out << "\"outputs\":";
      writeOutputs(*lowered, gateway, out);
    }
    if (gateway) {
      separator.next();
      out << "\"meta\":";
      writeMeta(*lowered, out);
    }
  }
  if (hasWarnings(diags) && !linted) {
    separator.next();
    out << "\"warnings\":";
    writeWarnings(diags, gateway, out);
  }
  if (error && !answered) {
    separator.next();
    out << "\"error\":";
    writeError(*error, out);
  }
  if (lowered) {
    separator.next();
    out << "\"lock\":" << lowered->used.str();
  }
  out << "}\n";
}

} // namespace llb::driver
