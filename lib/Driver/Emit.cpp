// SPDX-License-Identifier: Apache-2.0
//
// One case an emit kind. A definition has room for one result, so the forms
// made of definitions take one platform only.
#include "Emit.h"
#include "ContextFiles.h"
#include "Explain.h"
#include "llb/Driver/Version.h"

#include "llb/CacheKey/Impact.h"
#include "llb/IR/Binary.h"
#include "llb/IR/JsonDump.h"
#include "llb/IR/Text.h"
#include "llb/Support/ToolDiags.h"

#include <llvm/Support/ErrorHandling.h>

namespace llb::driver {
namespace {

/// A CSV field, as `buildctl build --output` splits its value.
std::string csvField(std::string_view text) {
  std::string field = "\"";
  for (char c : text) {
    if (c == '"')
      field += '"';
    field += c;
  }
  return field + '"';
}

void writeConfigs(const lower::Lowered &lowered, bool buildctl,
                  llvm::raw_ostream &out) {
  bool first = true;
  for (const lower::LoweredImage &image : lowered.images) {
    if (!buildctl) {
      out << image.config << '\n';
      continue;
    }
    std::string key = "containerimage.config";
    if (lowered.multiPlatform)
      key += "/" + image.platformId;
    out << (first ? "" : ",") << csvField(key + "=" + image.config);
    first = false;
  }
  if (buildctl)
    out << '\n';
}

void writeAnswer(const std::map<std::string, std::string> &answer,
                 const Options &options, const DiagEngine &diags,
                 llvm::raw_ostream &out) {
  if (options.answer == AnswerFormat::Findings &&
      options.diagnostics == DiagFormat::Text)
    return printFindings(diags, out);
  if (options.answer == AnswerFormat::Findings)
    return printDiagnostics(diags, options.diagnostics, llbcInfo(), out);
  bool json = options.answer == AnswerFormat::Json;
  auto text = answer.find(json ? "result.json" : "result.txt");
  if (text != answer.end())
    out << text->second << (json ? "\n" : "");
}

llvm::LogicalResult writeKeys(const lower::Lowered &lowered,
                              const Options &options, DiagEngine &diags,
                              llvm::raw_ostream &out) {
  context::Locals locals(localDirectories(options),
                         context::ContentOptions::from(options.hashIndex));
  std::vector<ExplainedModule> modules;
  for (const lower::LoweredImage &image : lowered.images) {
    auto explained =
        explain(image.module, lowered.images.size() > 1 ? image.platformId : "",
                locals, diags);
    if (failed(explained))
      return llvm::failure();
    modules.push_back(std::move(*explained));
  }
  (options.json ? printKeysJson : printKeysText)(modules, out);
  return llvm::success();
}

/// As JSON an object for each platform, a line each.
llvm::LogicalResult writeImpact(const lower::Lowered &lowered,
                                const Options &options, DiagEngine &diags,
                                llvm::raw_ostream &out) {
  context::Locals locals(localDirectories(options), {});
  for (const lower::LoweredImage &image : lowered.images) {
    auto contents = locals.find(image.module, diags);
    if (failed(contents))
      return llvm::failure();
    auto impact = cachekey::findImpact(image.module, "context", options.impact,
                                       *contents);
    if (options.json) {
      cachekey::printImpactJson(image.module, impact, out);
      continue;
    }
    if (lowered.images.size() > 1)
      out << image.platformId << ":\n";
    cachekey::printImpactText(image.module, impact, out);
  }
  return llvm::success();
}

} // namespace

llvm::LogicalResult emit(const lower::Lowered &lowered, const Options &options,
                         DiagEngine &diags, llvm::raw_ostream &out) {
  if (lowered.answer) {
    writeAnswer(*lowered.answer, options, diags, out);
    return llvm::success();
  }
  if (options.printKeys)
    return writeKeys(lowered, options, diags, out);
  if (!options.impact.empty())
    return writeImpact(lowered, options, diags, out);
  if (options.emit == EmitKind::Config) {
    writeConfigs(lowered, options.buildctl, out);
    return llvm::success();
  }
  if (lowered.images.size() != 1) {
    diags.report(diag::SeveralResults, {}, lowered.images.size());
    return llvm::failure();
  }
  const ir::Module &module = lowered.images.front().module;
  const ir::Result &result = module.results.front();
  switch (options.emit) {
  case EmitKind::Llb:
    ir::writeModule(module, result, out);
    return llvm::success();
  case EmitKind::Text:
    ir::printModule(
        module,
        {.metadata = !options.noMetadata, .locations = !options.noLocations},
        out);
    return llvm::success();
  case EmitKind::Json:
    ir::dumpJson(module, result, out);
    return llvm::success();
  case EmitKind::Dot:
    ir::dumpDot(module, result, out);
    return llvm::success();
  case EmitKind::Tokens:
  case EmitKind::Ast:
  case EmitKind::Bundle:
  case EmitKind::Config:
#define LLB_BACKEND(Name, Emit, Type, Destination, Summary) case EmitKind::Name:
#include "llb/Backend/Backends.def"
    break;
  }
  llvm_unreachable("written elsewhere");
}

} // namespace llb::driver
