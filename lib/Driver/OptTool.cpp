// SPDX-License-Identifier: Apache-2.0
//
// Read, link, verify, run the passes, write. With --split-input-file each part
// of the only input goes through all of it, and its results are printed with
// the same separator between them.
#include "llb/Driver/OptTool.h"

#include "Explain.h"
#include "Optimize.h"
#include "llb/CacheKey/Impact.h"
#include "llb/IR/Binary.h"
#include "llb/IR/Linker.h"
#include "llb/IR/Verifier.h"
#include "llb/Support/ToolDiags.h"
#include "llb/Support/VerifyDiags.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

namespace llb::driver {
namespace {

constexpr std::string_view splitLine = "; -----";

class OptTool {
public:
  explicit OptTool(const OptOptions &options) : options(options) {}

  int run();

private:
  bool preparePipeline();
  bool runSplit(const std::string &path);
  bool readAll(ModuleInput &into);
  bool process(ModuleInput &input);
  bool checkRoundtrip(const ir::Module &module);
  bool write(const ir::Module &module);
  bool writeEach(const ir::Module &module);

  const OptOptions &options;
  ToolRun tool;
  passes::Pipeline pipeline;
  std::optional<passes::ImageTable> images;
  /// The buffer that `--verify-diagnostics` looks at.
  std::string_view firstText;
};

bool OptTool::preparePipeline() {
  std::string text = pipelineText(options.level, options.passes);
  if (options.stripDebug)
    text += ",strip";
  std::string_view kept = tool.diags.addBuffer(
      llvm::MemoryBuffer::getMemBufferCopy(text, "--passes"));
  auto parsed = passes::parsePipeline(kept, tool.diags);
  if (failed(parsed))
    return false;
  pipeline = std::move(*parsed);
  auto table = readImageTable(options.imageLock, tool.diags);
  if (failed(table))
    return false;
  images = std::move(*table);
  return true;
}

std::string printed(const ir::Module &module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  ir::printModule(module, {}, out);
  return text;
}

bool OptTool::checkRoundtrip(const ir::Module &module) {
  std::string text = printed(module);
  std::string_view kept = tool.diags.addBuffer(
      llvm::MemoryBuffer::getMemBufferCopy(text, "round trip"));
  auto again = ir::parseModule(kept, tool.diags);
  if (failed(again))
    return false;
  bool same =
      printed(*again) == text && again->results.size() == module.results.size();
  for (size_t i = 0; same && i < module.results.size(); ++i) {
    std::string bytes = ir::encodeModule(module, module.results[i]);
    same = ir::encodeModule(*again, again->results[i]) == bytes;
    auto binary = ir::readModule(bytes, tool.diags);
    same = same && succeeded(binary) && binary->results.size() == 1 &&
           ir::encodeModule(*binary, binary->results[0]) == bytes;
  }
  if (!same)
    tool.diags.report(diag::Roundtrip, {});
  return same;
}

/// `linux/amd64` is the file `linux-amd64.llb`: a result's name is no path.
std::string fileNameOf(const std::string &result, std::string_view suffix) {
  std::string name;
  for (char c : result)
    name += c == '/' || c == '\0' ? '-' : c;
  if (name.empty() || name[0] == '.')
    name.insert(0, "result");
  return name.append(suffix);
}

bool OptTool::writeEach(const ir::Module &module) {
  if (std::error_code error =
          llvm::sys::fs::create_directories(options.outputDir)) {
    tool.diags.report(diag::CannotWrite, {}, options.outputDir,
                      error.message());
    return false;
  }
  for (size_t i = 0; i < module.results.size(); ++i) {
    ir::Module part = ir::splitResult(module, i);
    OutputOptions output = options.output;
    output.path =
        options.outputDir + "/" +
        fileNameOf(module.results[i].name, options.text ? ".llb.txt" : ".llb");
    part.results.front().name.clear();
    bool written =
        options.text
            ? writeText(output, tool.diags,
                        [&](llvm::raw_ostream &out) {
                          ir::printModule(part, options.pipeline.printOptions,
                                          out);
                        })
            : writeBinary(part, "", output, tool.diags);
    if (!written)
      return false;
  }
  return true;
}

bool OptTool::write(const ir::Module &module) {
  if (options.disableOutput)
    return true;
  if (options.printKeys) {
    context::Locals locals(options.contexts,
                           context::ContentOptions::from(options.hashIndex));
    auto explained = explain(module, "", locals, tool.diags);
    return succeeded(explained) &&
           writeText(options.output, tool.diags, [&](llvm::raw_ostream &out) {
             (options.json ? printKeysJson : printKeysText)({*explained}, out);
           });
  }
  if (!options.impact.empty()) {
    context::Locals locals(options.contexts, {});
    auto contents = locals.find(module, tool.diags);
    if (failed(contents))
      return false;
    auto impact = cachekey::findImpact(module, options.impactContext,
                                       options.impact, *contents);
    return writeText(options.output, tool.diags, [&](llvm::raw_ostream &out) {
      (options.json ? cachekey::printImpactJson
                    : cachekey::printImpactText)(module, impact, out);
    });
  }
  if (!options.outputDir.empty())
    return writeEach(module);
  if (!options.text)
    return writeBinary(module, options.resultName, options.output, tool.diags);
  return writeText(options.output, tool.diags, [&](llvm::raw_ostream &out) {
    ir::printModule(module, options.pipeline.printOptions, out);
  });
}

bool OptTool::process(ModuleInput &input) {
  if (!options.disableVerify &&
      failed(ir::verify(input.module, tool.diags, input.places)))
    return false;
  if (options.verifyRoundtrip && !checkRoundtrip(input.module))
    return false;
  passes::PipelineOptions pipelineOptions = options.pipeline;
  pipelineOptions.out = &llvm::errs();
  pipelineOptions.images = images ? &*images : nullptr;
  return succeeded(passes::runPipeline(input.module, pipeline, pipelineOptions,
                                       tool.diags, std::move(input.places)));
}

bool OptTool::readAll(ModuleInput &into) {
  std::vector<std::string> paths = options.inputs;
  if (paths.empty())
    paths.emplace_back("-");
  for (const std::string &path : paths) {
    auto bytes = readInputFile(path, tool.diags);
    if (failed(bytes))
      return false;
    if (firstText.empty())
      firstText = *bytes;
    auto input = readAnyModule(*bytes, tool.diags);
    if (failed(input))
      return false;
    if (paths.size() == 1) {
      into = std::move(*input);
      return true;
    }
    ir::linkModule(into.module, std::move(input->module),
                   llvm::sys::path::stem(path).str());
    for (ir::NodePlace &place : input->places)
      into.places.push_back(std::move(place));
    // Modules that were no text have no places, not even invalid ones.
    into.places.resize(into.module.nodes.size());
  }
  return true;
}

bool OptTool::runSplit(const std::string &path) {
  auto bytes = readInputFile(path, tool.diags);
  if (failed(bytes))
    return false;
  std::string_view rest = firstText = *bytes;
  std::string output;
  llvm::raw_string_ostream out(output);
  bool ok = true;
  while (!rest.empty()) {
    std::string_view part = rest;
    for (size_t at = rest.find(splitLine); at != std::string_view::npos;
         at = rest.find(splitLine, at + 1))
      if (at == 0 || rest[at - 1] == '\n') {
        part = rest.substr(0, at);
        break;
      }
    rest.remove_prefix(part.size());
    rest.remove_prefix(std::min(rest.find('\n'), rest.size()));
    auto input = readAnyModule(part, tool.diags);
    if (failed(input) || !process(*input)) {
      ok = false;
      continue;
    }
    if (!output.empty())
      out << '\n' << splitLine << "\n\n";
    ir::printModule(input->module, options.pipeline.printOptions, out);
  }
  if ((!ok && !options.verifyDiagnostics) || options.disableOutput)
    return ok;
  return writeText(options.output, tool.diags,
                   [&](llvm::raw_ostream &file) { file << output; }) &&
         ok;
}

int OptTool::run() {
  if (options.listPasses) {
    for (const passes::PassInfo &info : passes::allPasses()) {
      llvm::outs() << info.name << ": " << info.summary << '\n';
      for (const auto &[name, summary] : info.options)
        llvm::outs() << "  " << info.name << '(' << name << "): " << summary
                     << '\n';
    }
    return 0;
  }
  if (options.level < '0' || options.level > '2' ||
      (options.splitInput && options.inputs.size() > 1)) {
    llvm::errs() << "llb-opt: "
                 << (options.splitInput && options.inputs.size() > 1
                         ? "--split-input-file takes one input\n"
                         : "levels are -O0, -O1 and -O2\n");
    return 2;
  }
  if (!preparePipeline()) {
    tool.finish();
    return 2;
  }
  bool ok = false;
  if (options.splitInput) {
    ok = runSplit(options.inputs.empty() ? "-" : options.inputs[0]);
  } else {
    ModuleInput input;
    ok = readAll(input) && process(input) && write(input.module);
  }
  if (options.verifyDiagnostics)
    return verifyDiagnostics(firstText, tool.diags, llvm::errs()) ? 0 : 1;
  return tool.finish(ok);
}

} // namespace

int runOpt(const OptOptions &options) { return OptTool(options).run(); }

} // namespace llb::driver
