// SPDX-License-Identifier: Apache-2.0
//
// Pipelines: `dce,strip(locations)` from text to passes that run in order.
#ifndef LLB_PASSES_PASSMANAGER_H
#define LLB_PASSES_PASSMANAGER_H

#include "llb/Passes/Pass.h"

#include <functional>
#include <llvm/Support/raw_ostream.h>
#include <optional>

namespace llb::passes {

/// What Passes.def says of one pass.
struct PassInfo {
  std::string_view name;
  std::string_view summary;
  /// Names and summaries of its options.
  std::vector<std::pair<std::string_view, std::string_view>> options;
};

/// All passes in the order of the table.
const std::vector<PassInfo> &allPasses();

/// One pass of a pipeline with its options set.
struct PipelineStep {
  std::string name;
  std::function<llvm::LogicalResult(ir::Module &, PassContext &)> run;
};
using Pipeline = std::vector<PipelineStep>;

/// Reads `name`, `name(option,option=false)`, separated by commas. `text` must
/// be in one of the engine's buffers.
llvm::FailureOr<Pipeline> parsePipeline(std::string_view text,
                                        DiagEngine &diags);

/// The text of the pipeline that `-O0`, `-O1` or `-O2` stands for.
std::string_view pipelineOfLevel(unsigned level);

struct PipelineOptions {
  /// Names of passes before and after which the module is printed.
  std::vector<std::string> printBefore;
  std::vector<std::string> printAfter;
  bool printBeforeAll = false;
  bool printAfterAll = false;
  /// Print after a pass only if it changed something.
  bool printChanged = false;
  bool verifyEach = false;
  bool timePasses = false;
  bool stats = false;
  /// Name each pass as it runs.
  bool debugPassManager = false;
  /// Run the first so many passes and no more, naming each; nothing is no
  /// limit, and -1 only names them.
  std::optional<int64_t> bisectLimit;
  RemarkFormat remarks = RemarkFormat::None;
  ir::PrintOptions printOptions;
  /// Rules that passes don't keep, for tests alone.
  RuleSet broken;
  /// Base images, or null without a lock.
  const ImageTable *images = nullptr;
  /// Where the above go.
  llvm::raw_ostream *out = nullptr;
  /// If not null, gets what image histories have to follow, in order.
  std::vector<LayerFusion> *fusions = nullptr;
};

/// Runs the passes in order and stops at the first that fails.
llvm::LogicalResult runPipeline(ir::Module &module, const Pipeline &pipeline,
                                const PipelineOptions &options,
                                DiagEngine &diags, ir::NodePlaces places = {});

} // namespace llb::passes

#endif
