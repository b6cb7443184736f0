// SPDX-License-Identifier: Apache-2.0
//
// Runs pipelines, with what helps to look at them. Times are taken only when
// they are asked for: all else that is printed is the same on every run.
#include "llb/Passes/PassManager.h"

#include "llb/IR/Verifier.h"
#include "llb/Support/PassesDiags.h"

#include <chrono>
#include <fmt/format.h>

namespace llb::passes {
namespace {

using Clock = std::chrono::steady_clock;

bool names(const std::vector<std::string> &list, const std::string &name) {
  for (const std::string &item : list)
    if (item == name)
      return true;
  return false;
}

class Runner {
public:
  Runner(ir::Module &module, const PipelineOptions &options, DiagEngine &diags,
         ir::NodePlaces places)
      : module(module), options(options), context{.diags = diags,
                                                  .places = std::move(places),
                                                  .images = options.images,
                                                  .remarks = nullptr,
                                                  .pass = {},
                                                  .statistics = {},
                                                  .fusions = {},
                                                  .broken = options.broken} {
    if (options.remarks != RemarkFormat::None)
      context.remarks = &remarks;
  }

  llvm::LogicalResult run(const Pipeline &pipeline);

private:
  struct Record {
    std::string name;
    double seconds;
    std::vector<std::pair<std::string, uint64_t>> statistics;
  };

  bool allowed(const PipelineStep &step);
  llvm::LogicalResult runStep(const PipelineStep &step);
  std::string print() const {
    std::string text;
    llvm::raw_string_ostream stream(text);
    ir::printModule(module, options.printOptions, stream);
    return text;
  }
  /// The heading is a comment, so that the output reads back.
  void dump(std::string_view when, const std::string &name,
            const std::string &text) const {
    *options.out << "; module " << when << ' ' << name << '\n' << text << '\n';
  }
  void report() const;

  ir::Module &module;
  const PipelineOptions &options;
  PassContext context;
  std::vector<Remark> remarks;
  std::vector<Record> records;
  int64_t started = 0;
};

/// Whether the bisection lets the next pass run; it is named either way.
bool Runner::allowed(const PipelineStep &step) {
  if (options.debugPassManager)
    *options.out << "Running pass: " << step.name << " on module ("
                 << module.nodes.size() << " operations)\n";
  if (!options.bisectLimit)
    return true;
  bool runs = *options.bisectLimit < 0 || started < *options.bisectLimit;
  *options.out << "BISECT: " << (runs ? "running" : "NOT running") << " pass ("
               << ++started << ") " << step.name << " on module\n";
  return runs;
}

llvm::LogicalResult Runner::runStep(const PipelineStep &step) {
  if (options.printBeforeAll || names(options.printBefore, step.name))
    dump("before", step.name, print());
  std::string before;
  if (options.printChanged)
    before = print();

  context.statistics.clear();
  context.pass = step.name;
  Clock::time_point start;
  if (options.timePasses)
    start = Clock::now();
  llvm::LogicalResult result = step.run(module, context);
  double seconds = 0;
  if (options.timePasses)
    seconds = std::chrono::duration<double>(Clock::now() - start).count();
  records.push_back({step.name, seconds, std::move(context.statistics)});

  if (options.printAfterAll || names(options.printAfter, step.name))
    dump("after", step.name, print());
  if (options.printChanged) {
    std::string after = print();
    if (after != before)
      dump("changed by", step.name, after);
    else
      *options.out << "; module unchanged by " << step.name << '\n';
  }
  if (failed(result))
    return result;
  if (!options.verifyEach ||
      succeeded(ir::verify(module, context.diags, context.places)))
    return llvm::success();
  context.diags.report(diag::PassBroke, {}, step.name);
  return llvm::failure();
}

void Runner::report() const {
  if (options.remarks == RemarkFormat::Text)
    printRemarksText(remarks, *options.out);
  else if (options.remarks == RemarkFormat::Yaml)
    printRemarksYaml(remarks, *options.out);
  if (options.stats)
    for (const Record &record : records)
      for (const auto &[what, number] : record.statistics)
        *options.out << fmt::format("{:>8} {:<12} {}\n", number, record.name,
                                    what);
  if (!options.timePasses)
    return;
  double total = 0;
  for (const Record &record : records)
    total += record.seconds;
  for (const Record &record : records)
    *options.out << fmt::format("{:>10.6f} s {:>5.1f}% {}\n", record.seconds,
                                total > 0 ? 100 * record.seconds / total : 0,
                                record.name);
  *options.out << fmt::format("{:>10.6f} s 100.0% total\n", total);
}

llvm::LogicalResult Runner::run(const Pipeline &pipeline) {
  llvm::LogicalResult result = llvm::success();
  for (const PipelineStep &step : pipeline) {
    if (!allowed(step))
      continue;
    result = runStep(step);
    if (failed(result))
      break;
  }
  report();
  if (options.fusions)
    *options.fusions = std::move(context.fusions);
  return result;
}

} // namespace

void PassContext::addRemark(RemarkKind kind, const ir::Module &module,
                            const ir::Node &node, RemarkId id,
                            fmt::format_args args) {
  remarks->push_back({kind, id, pass, ir::lineOf(module, node),
                      ir::titleOf(node), formatRemark(id, args)});
}

llvm::LogicalResult runPipeline(ir::Module &module, const Pipeline &pipeline,
                                const PipelineOptions &options,
                                DiagEngine &diags, ir::NodePlaces places) {
  return Runner(module, options, diags, std::move(places)).run(pipeline);
}

} // namespace llb::passes
