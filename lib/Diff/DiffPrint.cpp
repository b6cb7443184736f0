// SPDX-License-Identifier: Apache-2.0
//
// Differences for people and for programs.
#include "llb/Diff/Diff.h"
#include "llb/IR/Places.h"
#include "llb/Support/GoJson.h"

#include <algorithm>

namespace llb::diff {
namespace {

std::string_view nameOf(FileChangeKind kind) {
  switch (kind) {
  case FileChangeKind::Added:
    return "added";
  case FileChangeKind::Removed:
    return "removed";
  case FileChangeKind::Type:
    return "type";
  case FileChangeKind::Mode:
    return "mode";
  case FileChangeKind::Content:
    return "content";
  case FileChangeKind::Target:
    return "target";
  case FileChangeKind::Device:
    return "device";
  case FileChangeKind::Attributes:
    return "attributes";
  }
  return "";
}

std::string describeFile(const FileChange &file) {
  switch (file.kind) {
  case FileChangeKind::Added:
  case FileChangeKind::Removed:
    return file.path + ": was " + std::string(nameOf(file.kind));
  case FileChangeKind::Type:
    return file.path + ": a " + file.before + " became a " + file.after;
  case FileChangeKind::Mode:
  case FileChangeKind::Target:
    return file.path + ": " + std::string(nameOf(file.kind)) + " " +
           file.before + " became " + file.after;
  case FileChangeKind::Content:
  case FileChangeKind::Device:
    return file.path + ": the " + std::string(nameOf(file.kind)) + " changed";
  case FileChangeKind::Attributes:
    return file.path + ": extended attributes changed";
  }
  return "";
}

void writeFields(const Change &change, llvm::raw_ostream &out) {
  out << ",\"fields\":[";
  const char *before = "";
  for (const FieldChange &field : change.fields) {
    out << before << "{\"field\":" << go::jsonString(field.field)
        << ",\"before\":" << go::jsonString(field.before)
        << ",\"after\":" << go::jsonString(field.after) << '}';
    before = ",";
  }
  out << "],\"files\":[";
  before = "";
  for (const FileChange &file : change.files) {
    out << before << "{\"path\":" << go::jsonString(file.path)
        << ",\"change\":\"" << nameOf(file.kind)
        << "\",\"before\":" << go::jsonString(file.before)
        << ",\"after\":" << go::jsonString(file.after) << '}';
    before = ",";
  }
  out << ']';
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

std::vector<std::string> describeChange(const Change &change) {
  constexpr size_t mostFiles = 20;
  std::vector<std::string> lines;
  for (const FieldChange &field : change.fields) {
    if (field.before.empty())
      lines.push_back(field.field + ": " + field.after + " was added");
    else if (field.after.empty())
      lines.push_back(field.field + ": " + field.before + " was removed");
    else
      lines.push_back(field.field + ": " + field.before + " became " +
                      field.after);
  }
  size_t shown = std::min(change.files.size(), mostFiles);
  for (size_t i = 0; i < shown; ++i)
    lines.push_back(describeFile(change.files[i]));
  if (shown < change.files.size())
    lines.push_back("and " + std::to_string(change.files.size() - shown) +
                    " changes of files more");
  return lines;
}

void printDiffText(const Side &old, const Side &now,
                   const std::vector<ResultDiff> &results,
                   llvm::raw_ostream &out) {
  const ir::Module &before = old.module, &after = now.module;
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
      for (const std::string &line : describeChange(change))
        out << "  " << line << '\n';
    }
    out << "builds again: " << result.rebuilt.size() << " of " << result.steps
        << (result.steps == 1 ? " step\n" : " steps\n");
    for (ir::NodeId id : result.rebuilt)
      out << "  " << describeNode(after, after[id]) << '\n';
  }
}

void printDiffJson(const Side &old, const Side &now,
                   const std::vector<ResultDiff> &results,
                   llvm::raw_ostream &out) {
  const ir::Module &before = old.module, &after = now.module;
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
      writeFields(change, out);
      out << '}';
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
