// SPDX-License-Identifier: Apache-2.0
//
// BuildKit gives only some errors a place; those are kept as they are, so that
// clients print the same. What is not BuildKit's has the lines of its caret.
#include "Report.h"

#include <llvm/Support/SourceMgr.h>

namespace llb::gateway {

/// No lines at all.
static constexpr LineRange nowhere{1, 0};

static LineRange linesOf(const Diagnostic &diag, const DiagEngine &diags) {
  if (!diag.places.empty())
    return diag.places.front();
  llvm::SourceMgr &sources = diags.sourceMgr();
  if (!diag.range.isValid() ||
      !sources.FindBufferContainingLoc(diag.range.Start))
    return nowhere;
  return {sources.getLineAndColumn(diag.range.Start).first,
          sources.getLineAndColumn(diag.range.End).first};
}

llvm::Error sendWarnings(Bridge &bridge, const DiagEngine &diags,
                         const ir::SourceInfo &file,
                         const std::string &loadDigest) {
  for (const Diagnostic &diag : diags.diagnostics()) {
    if (diag.severity == Severity::Error)
      continue;
    Warning warning;
    warning.digest = loadDigest;
    warning.text = diag.message;
    LineRange lines = linesOf(diag, diags);
    if (const CheckInfo *check = checkInfo(diag.id)) {
      warning.text = std::string(check->rule) + ": " + diag.message;
      warning.detail = check->description;
      warning.url = check->url;
    } else {
      warning.detail = diag.remedy;
    }
    if (lines != nowhere && lines.first)
      warning.text += " (line " + std::to_string(lines.first) + ")";
    warning.place = {&file, lines.first ? lines : nowhere};
    if (llvm::Error error = bridge.warn(warning))
      return error;
  }
  return llvm::Error::success();
}

/// Whether the daemon's words are part of `message`.
static bool cameFromCall(const Bridge &bridge, const std::string &message) {
  const std::string &said = bridge.lastFailure().message;
  return !said.empty() && message.find(said) != std::string::npos;
}

Failure describeError(const Bridge &bridge, const Diagnostic &error,
                      const DiagEngine &diags, const ir::SourceInfo &file) {
  Failure failure;
  failure.message = error.fullMessage();
  if (cameFromCall(bridge, failure.message)) {
    failure.code = bridge.lastFailure().code;
    failure.details = bridge.lastFailure().details;
  }
  for (LineRange place : error.places)
    failure.places.push_back({&file, place});
  if (error.places.empty() && file.language != "Dockerfile")
    if (LineRange lines = linesOf(error, diags); lines != nowhere)
      failure.places.push_back({&file, lines});
  return failure;
}

Failure describeCall(const Bridge &bridge, const std::string &prefix,
                     llvm::Error error) {
  Failure failure;
  failure.message = prefix + llvm::toString(std::move(error));
  if (cameFromCall(bridge, failure.message)) {
    failure.code = bridge.lastFailure().code;
    failure.details = bridge.lastFailure().details;
  }
  return failure;
}

} // namespace llb::gateway
