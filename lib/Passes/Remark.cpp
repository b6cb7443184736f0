// SPDX-License-Identifier: Apache-2.0
//
// Remarks as text and as YAML. Strings of the YAML are single-quoted; names
// and texts come from Dockerfiles, so anything may be in them.
#include "llb/Passes/Remark.h"

namespace llb::passes {
namespace {

std::string_view nameOf(RemarkKind kind) {
  switch (kind) {
  case RemarkKind::Passed:
    return "Passed";
  case RemarkKind::Missed:
    return "Missed";
  case RemarkKind::Analysis:
    return "Analysis";
  }
  return "";
}

std::string_view nameOf(RemarkId id) {
  switch (id) {
#define LLB_REMARK(Id, Format)                                                 \
  case RemarkId::Id:                                                           \
    return #Id;
#include "llb/Passes/Remarks.def"
  }
  return "";
}

std::string_view formatOf(RemarkId id) {
  switch (id) {
#define LLB_REMARK(Id, Format)                                                 \
  case RemarkId::Id:                                                           \
    return Format;
#include "llb/Passes/Remarks.def"
  }
  return "";
}

/// A single-quoted scalar; what YAML allows in none becomes a space.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'')
      out += '\'';
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return out + "'";
}

} // namespace

std::string formatRemark(RemarkId id, fmt::format_args args) {
  return fmt::vformat(formatOf(id), args);
}

void printRemarksText(const std::vector<Remark> &remarks,
                      llvm::raw_ostream &out) {
  for (const Remark &remark : remarks) {
    std::string where = remark.line.str();
    out << (where.empty() ? remark.step : where) << ": remark: "
        << (remark.kind == RemarkKind::Missed ? "not changed: " : "")
        << remark.message << " [" << remark.pass << "]\n";
  }
}

void printRemarksYaml(const std::vector<Remark> &remarks,
                      llvm::raw_ostream &out) {
  for (const Remark &remark : remarks) {
    out << "--- !" << nameOf(remark.kind)
        << "\nPass:            " << remark.pass
        << "\nName:            " << nameOf(remark.id) << '\n';
    if (remark.line.valid())
      out << "DebugLoc:        { File: " << quoted(remark.line.file)
          << ", Line: " << remark.line.line << ", Column: 0 }\n";
    out << "Function:        " << quoted(remark.step)
        << "\nArgs:\n  - String:          " << quoted(remark.message)
        << "\n...\n";
  }
}

} // namespace llb::passes
