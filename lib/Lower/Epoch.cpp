// SPDX-License-Identifier: Apache-2.0
//
// SOURCE_DATE_EPOCH is a number of seconds, or names something that has a time:
// the build context, a named context, or a stage that adds one remote file.
// Only a builder can ask a remote for its time, and is asked for that of the
// context; the others are checked, and the epoch stays unset, as it does for a
// local context.
#include "Epoch.h"
#include "NamedContext.h"
#include "llb/Support/Digest.h"
#include "llb/Support/GitRef.h"
#include "llb/Support/GoText.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Unicode.h"

#include <fmt/format.h>

namespace llb::lower {

static constexpr const char *argName = "SOURCE_DATE_EPOCH";

namespace {

/// Checks that a stage is one that BuildKit takes the time of; `error` is its
/// text otherwise.
class EpochStage {
public:
  EpochStage(const LowerContext &context, const ast::Stage &stage)
      : context(context), stage(stage), env(context.globalEnv) {
    env.erase(argName);
  }
  std::string error;

  bool check();

private:
  bool fail(std::string text) {
    error = std::move(text);
    return false;
  }
  bool expand(std::string_view word, std::string &out) {
    Expanded expanded = expandWord(word, env, context.expandOptions(),
                                   context.options.maxValueBytes);
    out = std::move(expanded.text);
    return expanded.ok() || fail(std::move(expanded.error));
  }
  bool apply(const ast::ArgStmt &arg);
  bool checkAdd(const ast::AddStmt &add);

  const LowerContext &context;
  const ast::Stage &stage;
  EnvList env;
};

} // namespace

bool EpochStage::apply(const ast::ArgStmt &arg) {
  for (const ast::ArgDecl &decl : arg.args) {
    auto given = context.buildArgs.find(decl.key);
    if (given != context.buildArgs.end()) {
      env.assign(decl.key, given->second);
      continue;
    }
    std::string value;
    if (!decl.value)
      continue;
    if (!expand(*decl.value, value))
      return false;
    env.assign(decl.key, value);
  }
  return true;
}

bool EpochStage::checkAdd(const ast::AddStmt &add) {
  if (!add.inlineFiles.empty() || add.sources.size() != 1)
    return fail(
        "SOURCE_DATE_EPOCH stage must contain exactly one remote ADD source");
  std::string source, checksum;
  if (!expand(add.sources.front(), source))
    return false;
  GitRef ref;
  std::string why;
  GitRef::Kind kind = GitRef::parse(source, ref, why);
  bool http = source.starts_with("http://") || source.starts_with("https://");
  if (http && kind != GitRef::Kind::Git) {
    if (!add.checksum.empty() && !expand(add.checksum, checksum))
      return false;
    if (!checksum.empty() && !Digest::parse(checksum))
      return fail("invalid checksum digest format");
    return true;
  }
  if (kind == GitRef::Kind::Invalid)
    return fail(std::move(why));
  if (kind == GitRef::Kind::Git && !ref.indistinguishableFromLocal)
    return add.checksum.empty() || expand(add.checksum, checksum);
  return fail(
      "SOURCE_DATE_EPOCH stage source must be a single HTTP(S) or Git ADD");
}

bool EpochStage::check() {
  std::string base;
  if (!expand(stage.from.base, base))
    return fail(fmt::format("failed to process source stage base name {}: {}",
                            go::quote(stage.from.base), error));
  if (base != "scratch")
    return fail("SOURCE_DATE_EPOCH stage must use FROM scratch");

  bool added = false;
  constexpr const char *oneAdd =
      "SOURCE_DATE_EPOCH stage must contain exactly one remote ADD";
  for (const ast::Stmt &stmt : stage.stmts) {
    if (const auto *arg = std::get_if<ast::ArgStmt>(&stmt)) {
      if (!apply(*arg))
        return false;
    } else if (const auto *add = std::get_if<ast::AddStmt>(&stmt)) {
      if (added)
        return fail(oneAdd);
      if (!checkAdd(*add))
        return false;
      added = true;
    } else {
      return fail(fmt::format("SOURCE_DATE_EPOCH stage does not meet "
                              "source-only requirements: unsupported {} "
                              "instruction",
                              ast::baseOf(stmt).word));
    }
  }
  return added || fail(oneAdd);
}

/// The value that was asked for, null if none.
static const std::string *askedFor(const LowerContext &context) {
  auto given = context.buildArgs.find(argName);
  if (given != context.buildArgs.end())
    return &given->second;
  const std::string *global = context.globalEnv.get(argName);
  return global && !global->empty() ? global : nullptr;
}

/// The time of the main context, if the builder knows it.
static llvm::LogicalResult takeContextTime(LowerContext &context) {
  if (!context.options.host || context.contextIsLocal)
    return llvm::success();
  // An archive or a folder of the context is a copy out of its source.
  ir::ValueId root = context.buildContext;
  while (root.valid() && std::holds_alternative<ir::File>(
                             context.builder.get(root.node).op.body))
    root = context.builder.get(root.node).op.inputs.front();
  const auto *source =
      root.valid()
          ? std::get_if<ir::Source>(&context.builder.get(root.node).op.body)
          : nullptr;
  // What the client handed in has no time.
  if (!source || !(source->identifier.starts_with("git://") ||
                   source->identifier.starts_with("http")))
    return llvm::success();
  std::string error;
  context.epoch = context.options.host->sourceTime(
      *source, internalName("resolve main build context metadata"), error);
  if (error.empty())
    return llvm::success();
  context.diags.report(diag::BadEpoch, {}, error);
  return llvm::failure();
}

/// Whether `value` names something that has a time.
static llvm::LogicalResult checkName(LowerContext &context,
                                     const std::string &value) {
  if (value == "context")
    return takeContextTime(context);
  auto named = findNamedContext(context, value, std::nullopt, std::nullopt);
  if (llvm::failed(named))
    return llvm::failure();
  if (*named)
    return llvm::success();
  for (const ast::Stage &stage : context.file.stages) {
    if (!unicode::equalFold(stage.from.name, value))
      continue;
    EpochStage checker(context, stage);
    if (checker.check())
      return llvm::success();
    return context.error(stage.from, diag::BadEpoch, checker.error);
  }
  context.diags.report(diag::BadEpoch, {},
                       "invalid SOURCE_DATE_EPOCH: " + value);
  return llvm::failure();
}

llvm::LogicalResult resolveEpoch(LowerContext &context) {
  const std::string *asked = askedFor(context);
  if (!asked)
    return llvm::success();
  const std::string value = *asked;
  auto seconds = go::parseInt(value, 10, 64);
  if (seconds.ok())
    context.epoch = seconds.value;
  else if (!value.empty() && llvm::failed(checkName(context, value)))
    return llvm::failure();

  std::string resolved;
  if (context.epoch)
    resolved = fmt::to_string(*context.epoch);
  auto given = context.buildArgs.find(argName);
  if (given != context.buildArgs.end()) {
    if (context.epoch)
      given->second = resolved;
    else
      context.buildArgs.erase(given);
  }
  if (!context.globalEnv.get(argName))
    return llvm::success();
  if (context.epoch)
    context.globalEnv.assign(argName, resolved);
  else
    context.globalEnv.erase(argName);
  return llvm::success();
}

} // namespace llb::lower
