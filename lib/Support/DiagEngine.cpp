// SPDX-License-Identifier: Apache-2.0
//
// Collecting only; see DiagPrinter.cpp for rendering.
#include "llb/Support/DiagEngine.h"

#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>

namespace llb {

Diagnostic DiagEngine::make(DiagId id, llvm::SMRange range,
                            fmt::format_args args) {
  const DiagInfo &info = diagInfo(id);
  Diagnostic diag;
  diag.id = id;
  diag.severity = info.severity;
  diag.message = fmt::vformat(
      fmt::string_view(info.format.data(), info.format.size()), args);
  diag.remedy = fmt::vformat(
      fmt::string_view(info.remedy.data(), info.remedy.size()), args);
  diag.range = range;
  return diag;
}

DiagEngine::Reporter DiagEngine::add(Diagnostic diag) {
  if (annotator)
    annotator(diag);
  if (diag.severity == Severity::Error)
    ++errors;
  diags.push_back(std::move(diag));
  return Reporter(diags.back());
}

const Diagnostic *DiagEngine::firstError() const {
  for (const Diagnostic &diag : diags)
    if (diag.severity == Severity::Error)
      return &diag;
  return nullptr;
}

std::string_view
DiagEngine::addBuffer(std::unique_ptr<llvm::MemoryBuffer> buffer) {
  std::string_view text(buffer->getBufferStart(), buffer->getBufferSize());
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  return text;
}

} // namespace llb
