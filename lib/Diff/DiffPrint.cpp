// SPDX-License-Identifier: Apache-2.0
//
// Differences for people and for programs.
#include "llb/Diff/Diff.h"
#include "llb/IR/Places.h"
#include "llb/Support/GoJson.h"

namespace llb::diff {
namespace {

std::string_view nameOf(ChangeKind kind) {
  switch (kind) {
  case ChangeKind::Changed:
    return "changed";
  case ChangeKind::Added:
    return "added";
  case ChangeKind::Removed:
    return "removed";
  }
  return "";
}

/// The step that a change is told of, and the module it is in.
std::pair<const ir::Module *, ir::NodeId> subjectOf(const ir::Module &before,
                                                    const ir::Module &after,
                                                    const Change &change) {
  if (change.after.valid())
    return {&after, change.after};
  return {&before, change.before};
}

void writeStep(const ir::Module &module, ir::NodeId id,
               llvm::raw_ostream &out) {
  out << "\"line\":" << go::jsonString(lineOf(module, module[id]).str())
      << ",\"step\":" << go::jsonString(titleOf(module[id]));
}

} // namespace

void printDiffText(const ir::Module &before, const ir::Module &after,
                   const std::vector<ResultDiff> &results,
                   llvm::raw_ostream &out) {
  for (const ResultDiff &result : results) {
    if (!result.name.empty())
      out << "result " << result.name << ":\n";
    if (result.kind != ChangeKind::Changed) {
      out << "the result was " << nameOf(result.kind) << '\n';
      continue;
    }
    if (result.changes.empty() && result.rebuilt.empty()) {
      out << "no step differs\n";
      continue;
    }
    for (const Change &change : result.changes) {
      auto [module, id] = subjectOf(before, after, change);
      out << nameOf(change.kind) << ": " << describeNode(*module, (*module)[id])
          << '\n';
      for (const FieldChange &field : change.fields) {
        out << "  " << field.field << ": ";
        if (field.before.empty())
          out << field.after << " was added\n";
        else if (field.after.empty())
          out << field.before << " was removed\n";
        else
          out << field.before << " became " << field.after << '\n';
      }
    }
    out << "builds again: " << result.rebuilt.size() << " of " << result.steps
        << (result.steps == 1 ? " step\n" : " steps\n");
    for (ir::NodeId id : result.rebuilt)
      out << "  " << describeNode(after, after[id]) << '\n';
  }
}

void printDiffJson(const ir::Module &before, const ir::Module &after,
                   const std::vector<ResultDiff> &results,
                   llvm::raw_ostream &out) {
  out << "{\"results\":[";
  const char *beforeResult = "";
  for (const ResultDiff &result : results) {
    out << beforeResult << "{\"name\":" << go::jsonString(result.name)
        << ",\"kind\":\"" << nameOf(result.kind) << "\",\"changes\":[";
    beforeResult = ",";
    const char *beforeChange = "";
    for (const Change &change : result.changes) {
      auto [module, id] = subjectOf(before, after, change);
      out << beforeChange << "{\"kind\":\"" << nameOf(change.kind) << "\",";
      beforeChange = ",";
      writeStep(*module, id, out);
      out << ",\"fields\":[";
      const char *beforeField = "";
      for (const FieldChange &field : change.fields) {
        out << beforeField << "{\"field\":" << go::jsonString(field.field)
            << ",\"before\":" << go::jsonString(field.before)
            << ",\"after\":" << go::jsonString(field.after) << '}';
        beforeField = ",";
      }
      out << "]}";
    }
    out << "],\"rebuilt\":[";
    const char *beforeStep = "";
    for (ir::NodeId id : result.rebuilt) {
      out << beforeStep << '{';
      beforeStep = ",";
      writeStep(after, id, out);
      out << '}';
    }
    out << "],\"steps\":" << result.steps << '}';
  }
  out << "]}\n";
}

} // namespace llb::diff
