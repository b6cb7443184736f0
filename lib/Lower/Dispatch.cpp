// SPDX-License-Identifier: Apache-2.0
//
// The way to an instruction's own lowering, and the expansion of its words.
#include "Dispatch.h"

#include "llb/Check/Rules.h"
#include "llb/Support/LowerDiags.h"

#include <fmt/format.h>

namespace llb::lower {

Expanded Dispatch::expandWith(std::string_view word,
                              const ExpandOptions &options) const {
  Expanded result =
      expandWord(word, stage.env, options, context.options.maxValueBytes);
  if (!result.unmatched.empty()) {
    std::set<std::string> declared;
    for (const StageArg &arg : *stage.buildArgs)
      if (result.unmatched.count(arg.key))
        declared.insert(arg.key);
    check::undefinedVars(context.linter, stmt, result.unmatched, declared,
                         stage.env);
  }
  if (result.ok())
    spend(result.text.size(), result.error);
  return result;
}

bool Dispatch::spend(size_t bytes, std::string &error) const {
  spent += bytes;
  size_t limit = context.options.maxOpsBytes / 8;
  if (spent <= limit)
    return true;
  error = fmt::format("the expanded words of the instruction are larger than "
                      "{} bytes; raise --max-ops-bytes if that is meant",
                      limit);
  return false;
}

std::optional<std::string> Dispatch::expand(std::string_view word,
                                            std::string &error) const {
  Expanded result = expandWith(word, context.expandOptions());
  if (!result.ok()) {
    error = std::move(result.error);
    return std::nullopt;
  }
  return std::move(result.text);
}

llvm::LogicalResult Dispatch::expand(std::string &word) const {
  std::string text;
  std::optional<std::string> result = expand(word, text);
  if (!result)
    return errorAt(word, diag::ExpansionFailed, text);
  word = std::move(*result);
  return llvm::success();
}

llvm::LogicalResult Dispatch::expand(std::vector<std::string> &words) const {
  for (std::string &word : words)
    if (llvm::failed(expand(word)))
      return llvm::failure();
  return llvm::success();
}

llvm::LogicalResult Dispatch::expandBody(std::string &body) const {
  ExpandOptions options;
  options.skipProcessQuotes = true;
  options.maxNesting = context.options.maxNesting;
  Expanded result = expandWith(body, options);
  if (!result.ok())
    return error(diag::ExpansionFailed, result.error);
  body = std::move(result.text);
  return llvm::success();
}

std::vector<std::string> withShell(const StageState &stage,
                                   const std::vector<std::string> &args) {
  std::vector<std::string> result = stage.image.shell.get();
  if (result.empty() && stage.image.platform.os == "windows")
    result = {"cmd", "/S", "/C"};
  else if (result.empty())
    result = {"/bin/sh", "-c"};
  std::string joined;
  for (const std::string &arg : args) {
    if (&arg != &args.front())
      joined += ' ';
    joined += arg;
  }
  result.push_back(std::move(joined));
  return result;
}

bool isScanArg(std::string_view name) {
  return name == "BUILDKIT_SBOM_SCAN_CONTEXT" ||
         name == "BUILDKIT_SBOM_SCAN_STAGE";
}

llvm::LogicalResult dispatchStmt(Dispatch &, const ast::FromStmt &) {
  llvm_unreachable("FROM starts a stage and is none of its commands");
}

llvm::LogicalResult dispatch(LowerContext &context, StageState &stage,
                             const Command &command) {
  stage.commandIsOnBuild = command.onBuild;
  Dispatch dispatch{context, stage, command, ast::baseOf(*command.stmt)};
  return std::visit(
      [&](const auto &stmt) { return dispatchStmt(dispatch, stmt); },
      *command.stmt);
}

} // namespace llb::lower
