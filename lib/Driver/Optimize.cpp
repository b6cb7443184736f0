// SPDX-License-Identifier: Apache-2.0
//
// Images of several platforms are one module while passes run and one each
// again afterwards; the first platform's ids are then everybody's.
#include "Optimize.h"

#include "HistoryEdit.h"
#include "Input.h"
#include "llb/IR/Linker.h"
#include "llb/Support/ToolDiags.h"

#include <llvm/Support/MemoryBuffer.h>

namespace llb::driver {

std::string pipelineText(char level, const std::string &passes) {
  std::string text(passes::pipelineOfLevel(static_cast<unsigned>(level - '0')));
  if (!text.empty() && !passes.empty())
    text += ',';
  return text + passes;
}

llvm::FailureOr<std::optional<passes::ImageTable>>
readImageTable(const std::string &path, DiagEngine &diags) {
  if (path.empty())
    return std::optional<passes::ImageTable>();
  auto json = readWholeFile(path, diags);
  if (failed(json))
    return llvm::failure();
  std::string error;
  auto table = passes::ImageTable::parse(*json, error);
  if (table)
    return table;
  diags.report(diag::BadImageLock, {}, path, error);
  return llvm::failure();
}

llvm::LogicalResult optimize(lower::Lowered &lowered, const Options &options,
                             DiagEngine &diags, llvm::raw_ostream &messages) {
  std::string_view text = diags.addBuffer(llvm::MemoryBuffer::getMemBufferCopy(
      pipelineText(options.level, options.passes), "--passes"));
  auto pipeline = passes::parsePipeline(text, diags);
  if (failed(pipeline))
    return llvm::failure();
  if (pipeline->empty() || lowered.images.empty())
    return llvm::success();
  auto images = readImageTable(options.imageLock, diags);
  if (failed(images))
    return llvm::failure();

  ir::Module module;
  std::vector<std::string> names;
  for (lower::LoweredImage &image : lowered.images) {
    names.push_back(image.module.results.front().name);
    ir::linkModule(module, std::move(image.module), image.platformId);
  }
  std::vector<passes::LayerFusion> fusions;
  passes::PipelineOptions pipelineOptions;
  pipelineOptions.out = &messages;
  pipelineOptions.remarks = options.remarks;
  pipelineOptions.images = *images ? &**images : nullptr;
  pipelineOptions.fusions = &fusions;
  if (failed(passes::runPipeline(module, *pipeline, pipelineOptions, diags)))
    return llvm::failure();

  for (size_t i = 0; i < lowered.images.size(); ++i) {
    lower::LoweredImage &image = lowered.images[i];
    for (const passes::LayerFusion &fusion : fusions)
      if (fusion.result == module.results[i].name)
        image.config = joinHistory(image.config, fusion.widths);
    image.module = ir::splitResult(module, i);
    image.module.results.front().name = names[i];
  }
  return llvm::success();
}

} // namespace llb::driver
