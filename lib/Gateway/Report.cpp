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

/// A failure that keeps the code and the details of the call that failed, if
/// the daemon's words are part of `message`.
static Failure makeFailure(const Bridge &bridge, std::string message) {
  Failure failure;
  const CallFailure &call = bridge.lastFailure();
  if (!call.message.empty() &&
      message.find(call.message) != std::string::npos) {
    failure.code = call.code;
    failure.details = call.details;
  }
  failure.message = std::move(message);
  return failure;
}

Failure describeError(const Bridge &bridge, const Diagnostic &error,
                      const DiagEngine &diags, const ir::SourceInfo &file) {
  Failure failure = makeFailure(bridge, error.fullMessage());
  for (LineRange place : error.places)
    failure.places.push_back({&file, place});
  if (error.places.empty() && file.language != "Dockerfile")
    if (LineRange lines = linesOf(error, diags); lines != nowhere)
      failure.places.push_back({&file, lines});
  return failure;
}

Failure describeCall(const Bridge &bridge, const std::string &prefix,
                     llvm::Error error) {
  return makeFailure(bridge, prefix + llvm::toString(std::move(error)));
}

} // namespace llb::gateway
