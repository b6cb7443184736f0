// SPDX-License-Identifier: Apache-2.0
//
// The engine's own plan over the engine's own keys, so that a forecast is right
// as long as nobody else writes to the store. Only what a download would tell
// stays open.
#include "Forecast.h"

#include "ContextFiles.h"
#include "llb/CacheKey/CacheKey.h"
#include "llb/CacheKey/Plan.h"
#include "llb/IR/Places.h"
#include "llb/IR/Reach.h"
#include "llb/Support/BuildDiags.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/ToolDiags.h"

namespace llb::driver {
namespace {

using cachekey::Fate;

std::string nameOf(Fate fate) {
  switch (fate) {
  case Fate::NotNeeded:
    return "not needed";
  case Fate::AtHand:
    return "at hand";
  case Fate::Cached:
    return "cached";
  case Fate::MayRun:
    return "may run";
  case Fate::Runs:
    return "runs";
  }
  return "";
}

/// In JSON: `may-run`.
std::string keyOf(Fate fate) {
  std::string name = nameOf(fate);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

struct PlannedStep {
  const lower::LoweredImage *image;
  ir::NodeId node;
  Digest key;
  Fate fate;
};

class Forecast {
public:
  Forecast(const Options &options, CacheQuery isRecorded, DiagEngine &diags)
      : isRecorded(std::move(isRecorded)), diags(diags),
        locals(localDirectories(options),
               context::ContentOptions::from(options.hashIndex)) {}

  llvm::LogicalResult add(const lower::LoweredImage &image);
  void printText(bool severalPlatforms, llvm::raw_ostream &out) const;
  void printJson(bool severalPlatforms, llvm::raw_ostream &out) const;

private:
  llvm::FailureOr<cachekey::Keys> findKeys(const ir::Module &module,
                                           const std::vector<bool> &needed);
  size_t count(Fate fate) const {
    return static_cast<size_t>(
        llvm::count_if(steps, [&](auto &step) { return step.fate == fate; }));
  }

  CacheQuery isRecorded;
  DiagEngine &diags;
  context::Locals locals;
  context::LocalContents contents;
  std::vector<PlannedStep> steps;
  /// What the platforms before this one will have recorded.
  std::set<Digest> made;
};

llvm::FailureOr<cachekey::Keys>
Forecast::findKeys(const ir::Module &module, const std::vector<bool> &needed) {
  auto known = cachekey::KnownContent::of(module, locals, diags);
  if (failed(known))
    return llvm::failure();
  contents = known->locals;
  known->wanted = needed;
  known->leaveLocalsOut();
  auto keys = cachekey::readAndComputeKeys(module, *known, diags);
  if (failed(keys) || keys->failures.empty())
    return keys;
  // The build would end with the same words.
  diags.report(diag::BuildFailed, {},
               "failed to compute cache key: " + keys->failures.front().text);
  return llvm::failure();
}

llvm::LogicalResult Forecast::add(const lower::LoweredImage &image) {
  const ir::Module &module = image.module;
  if (module.results.empty() || !module.results.front().terminal.valid())
    return llvm::success();
  ir::NodeId terminal = module.results.front().terminal;
  std::vector<bool> needed = ir::findNeeded(module, terminal);
  needed[terminal.index] = false;
  auto keys = findKeys(module, needed);
  if (failed(keys))
    return llvm::failure();
  auto isCached = [&](ir::NodeId id, const std::set<int64_t> &wanted) {
    const Digest &key = keys->keys[id.index];
    if (keys->open[id.index])
      return false;
    return made.contains(key) || llvm::all_of(wanted, [&](int64_t output) {
             return isRecorded(key, output);
           });
  };
  cachekey::Plan plan = cachekey::planSteps(
      module, terminal,
      {[&](ir::NodeId id) { return contents[id.index] != nullptr; }, isCached,
       [&](ir::NodeId id) { return bool(keys->open[id.index]); }});
  for (uint32_t i = 0; i < terminal.index; ++i)
    if (needed[i] && plan.fates[i] != Fate::AtHand && !contents[i])
      steps.push_back({&image, {i}, keys->keys[i], plan.fates[i]});
  for (uint32_t i = 0; i < terminal.index; ++i)
    if (plan.fates[i] == Fate::Runs)
      made.insert(keys->keys[i]);
  return llvm::success();
}

void Forecast::printText(bool severalPlatforms, llvm::raw_ostream &out) const {
  const lower::LoweredImage *last = nullptr;
  for (const PlannedStep &step : steps) {
    if (severalPlatforms && step.image != last)
      out << step.image->platformId << ":\n";
    last = step.image;
    const ir::Module &module = step.image->module;
    out << ir::describeNode(module, module[step.node]) << ": "
        << nameOf(step.fate) << '\n';
  }
  out << count(Fate::Runs) << " of " << steps.size() << " steps run";
  if (size_t open = count(Fate::MayRun))
    out << ", " << open << " may";
  out << '\n';
}

void Forecast::printJson(bool severalPlatforms, llvm::raw_ostream &out) const {
  out << "{\"steps\":[";
  const char *before = "";
  for (const PlannedStep &step : steps) {
    const ir::Module &module = step.image->module;
    const ir::Node &node = module[step.node];
    out << before << '{';
    before = ",";
    if (severalPlatforms)
      out << "\"platform\":" << go::jsonString(step.image->platformId) << ',';
    out << "\"line\":" << go::jsonString(ir::lineOf(module, node).str())
        << ",\"step\":" << go::jsonString(ir::titleOf(node)) << ",\"key\":\""
        << step.key.str() << "\",\"fate\":\"" << keyOf(step.fate) << "\"}";
  }
  out << "],\"counts\":{";
  before = "";
  for (Fate fate : {Fate::Cached, Fate::Runs, Fate::MayRun, Fate::NotNeeded}) {
    out << before << '"' << keyOf(fate) << "\":" << count(fate);
    before = ",";
  }
  out << "}}\n";
}

} // namespace

llvm::LogicalResult writeForecast(const lower::Lowered &lowered,
                                  const Options &options,
                                  const Capabilities &capabilities,
                                  DiagEngine &diags, llvm::raw_ostream &out) {
  auto isRecorded = capabilities.cache(options, diags);
  if (!isRecorded) {
    diags.report(diag::CannotRead, {}, options.willHit,
                 llvm::toString(isRecorded.takeError()));
    return llvm::failure();
  }
  Forecast forecast(options, std::move(*isRecorded), diags);
  for (const lower::LoweredImage &image : lowered.images)
    if (failed(forecast.add(image)))
      return llvm::failure();
  bool severalPlatforms = lowered.images.size() > 1;
  if (options.json)
    forecast.printJson(severalPlatforms, out);
  else
    forecast.printText(severalPlatforms, out);
  return llvm::success();
}

} // namespace llb::driver
