// SPDX-License-Identifier: Apache-2.0
//
// From FROM lines to stages.
#include "Stages.h"
#include "NamedContext.h"
#include "llb/Check/Rules.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Suggest.h"
#include "llb/Support/Unicode.h"

#include <fmt/format.h>

namespace llb::lower {

// ---- the list ----

StageState &StageList::create() { return storage.emplace_back(); }

void StageList::add(StageState &stage) {
  order.push_back(&stage);
  // Names are in lower case and bases are compared as written, so `FROM Base`
  // is an image even if there is a stage `base`.
  auto base = byName.find(stage.baseName);
  if (base != byName.end()) {
    stage.base = base->second;
    stage.outline = base->second->outline;
  }
  if (!stage.name.empty())
    byName[stage.name] = &stage;
}

StageState *StageList::find(std::string_view name) const {
  return byName.lookup(unicode::toLower(name));
}

std::vector<std::string> StageList::displayNames() const {
  std::vector<std::string> names;
  for (const StageState *stage : order)
    if (!stage->displayName.empty())
      names.push_back(stage->displayName);
  return names;
}

// ---- FROM ----

namespace {

class StageMaker {
public:
  StageMaker(LowerContext &context,
             const std::map<std::string, ArgInfo> &globals, StageList &stages)
      : context(context), globals(globals), stages(stages) {}

  llvm::LogicalResult make(const ast::Stage &source, size_t index);

private:
  llvm::LogicalResult expandBase(StageState &stage,
                                 std::set<std::string> &used);
  llvm::LogicalResult expandPlatform(StageState &stage,
                                     std::set<std::string> &used);
  Expanded expand(std::string_view word) const {
    return expandWord(word, context.globalEnv, context.expandOptions(),
                      context.options.maxValueBytes);
  }
  void checkUndeclared(const ast::FromStmt &from, const NameList &unmatched);
  /// Suggestions for the first of `names` that has one.
  std::string didYouMeanAny(const NameList &names) const;

  LowerContext &context;
  const std::map<std::string, ArgInfo> &globals;
  StageList &stages;
};

} // namespace

void StageMaker::checkUndeclared(const ast::FromStmt &from,
                                 const NameList &unmatched) {
  if (unmatched.empty())
    return;
  std::vector<std::string> keys = context.globalEnv.keys();
  std::set<std::string> declared(keys.begin(), keys.end());
  for (const auto &[name, info] : globals)
    declared.insert(name);
  check::undefinedArgsInFrom(context.linter, from, unmatched, declared);
}

std::string StageMaker::didYouMeanAny(const NameList &names) const {
  for (const std::string &name : names) {
    std::string text = didYouMean(name, context.globalEnv.keys(), true);
    if (!text.empty())
      return text;
  }
  return {};
}

llvm::LogicalResult StageMaker::expandBase(StageState &stage,
                                           std::set<std::string> &used) {
  const ast::FromStmt &from = *stage.from;
  Expanded expanded = expand(from.base);
  checkUndeclared(from, expanded.unmatched);
  if (!expanded.ok())
    return context.errorAt(from, from.base, diag::ExpansionFailed,
                           expanded.error);
  if (expanded.text.empty())
    return context.errorAt(from, from.base, diag::BlankBaseName, from.base);
  used = std::move(expanded.matched);
  stage.baseName = std::move(expanded.text);
  return llvm::success();
}

llvm::LogicalResult StageMaker::expandPlatform(StageState &stage,
                                               std::set<std::string> &used) {
  const ast::FromStmt &from = *stage.from;
  if (from.platform.empty())
    return llvm::success();
  Expanded expanded = expand(from.platform);
  checkUndeclared(from, expanded.unmatched);
  check::redundantTargetPlatform(context.linter, from, expanded,
                                 context.globalEnv);
  check::constPlatform(context.linter, from, expanded);
  if (!expanded.ok())
    return context.errorAt(from, from.platform, diag::BadPlatformArguments,
                           expanded.text, expanded.error);
  if (expanded.text.empty())
    return context.errorAt(from, from.platform, diag::EmptyPlatform,
                           from.platform, didYouMeanAny(expanded.unmatched));
  PlatformSpec platform;
  std::string error;
  if (!PlatformSpec::parse(expanded.text, platform, error)) {
    // BuildKit adds the place twice on this way, and both are shown.
    context.diags
        .report(diag::BadPlatform, findWord(from.range, from.platform),
                from.platform, error, didYouMeanAny(expanded.unmatched))
        .place(from.lines)
        .place(from.lines);
    return llvm::failure();
  }
  used.insert(expanded.matched.begin(), expanded.matched.end());
  stage.platform = std::move(platform);
  return llvm::success();
}

/// How many steps the instructions make, for `2/5` in step names.
static unsigned countSteps(const ast::Stage &source) {
  unsigned count = 0;
  for (const ast::Stmt &stmt : source.stmts)
    switch (ast::kindOf(stmt)) {
    case ast::StmtKind::Add:
    case ast::StmtKind::Copy:
    case ast::StmtKind::Run:
    case ast::StmtKind::Workdir:
      ++count;
      break;
    default:
      break;
    }
  return count;
}

llvm::LogicalResult StageMaker::make(const ast::Stage &source, size_t index) {
  StageState &stage = stages.create();
  stage.from = &source.from;
  stage.name = source.from.name;
  stage.displayName = stage.name;
  stage.lines = source.from.lines;
  stage.range = source.from.range;
  stage.epoch = context.epoch;
  stage.commands.reserve(source.stmts.size());
  for (const ast::Stmt &stmt : source.stmts)
    stage.commands.push_back({&stmt, {}, false});
  if (context.wantOutline)
    stage.outline.allArgs = globals;

  std::set<std::string> used;
  if (llvm::failed(expandBase(stage, used)) ||
      llvm::failed(expandPlatform(stage, used)))
    return llvm::failure();

  if (!stage.name.empty()) {
    auto named =
        findNamedContext(context, stage.name, stage.platform, std::nullopt);
    if (llvm::failed(named))
      return llvm::failure();
    if (*named) {
      stage.namedContext = std::move(*named);
      stages.add(stage);
      stage.base = nullptr;
      return llvm::success();
    }
  } else {
    stage.displayName = fmt::format("stage-{}", index);
  }

  stages.add(stage);
  if (context.wantOutline)
    stage.outline.usedArgs.insert(used.begin(), used.end());
  bool hasImage = stage.baseName != "scratch" && !stage.base;
  stage.commandTotal = countSteps(source) + (hasImage ? 1 : 0);
  stage.ignoreCache = context.frontend.ignoresCache(stage.name);
  return llvm::success();
}

llvm::LogicalResult makeStages(LowerContext &context,
                               const std::map<std::string, ArgInfo> &globals,
                               StageList &stages) {
  StageMaker maker(context, globals, stages);
  for (size_t i = 0; i < context.file.stages.size(); ++i)
    if (llvm::failed(maker.make(context.file.stages[i], i)))
      return llvm::failure();
  return llvm::success();
}

} // namespace llb::lower
