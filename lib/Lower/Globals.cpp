// SPDX-License-Identifier: Apache-2.0
//
// The global scope. Build arguments that no ARG declares do not enter it.
#include "Globals.h"
#include "llb/Check/Rules.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Reference.h"
#include "llb/Support/Unicode.h"

#include <fmt/format.h>

namespace llb::lower {

static EnvList predefinedArgs(const LowerContext &context) {
  const PlatformSpec &build = context.buildPlatforms.front();
  const PlatformSpec &target = context.targetPlatform;
  std::string stage = context.frontend.target;
  if (stage.empty())
    stage = context.file.stages.back().from.name;
  if (stage.empty())
    stage = "default";

  EnvList env;
  auto define = [&](const char *name, const std::string &value) {
    auto given = context.buildArgs.find(name);
    env.assign(name, given == context.buildArgs.end() ? value : given->second);
  };
  define("BUILDPLATFORM", build.format());
  define("BUILDOS", build.os);
  define("BUILDOSVERSION", build.osVersion);
  define("BUILDARCH", build.architecture);
  define("BUILDVARIANT", build.variant);
  define("TARGETPLATFORM", target.formatAll());
  define("TARGETOS", target.os);
  define("TARGETOSVERSION", target.osVersion);
  define("TARGETARCH", target.architecture);
  define("TARGETVARIANT", target.variant);
  define("TARGETSTAGE", stage);
  return env;
}

namespace {

/// Evaluates the global ARGs over `env`; `buildArgs` may be null to see what
/// the defaults alone give.
struct GlobalArgs {
  const LowerContext &context;
  const std::map<std::string, std::string> *buildArgs;
  EnvList env;
  std::map<std::string, ArgInfo> declared;
  /// The first failure: where, and Go's text.
  const ast::ArgStmt *failed = nullptr;
  std::string error;

  bool evaluate() {
    for (const ast::ArgStmt &stmt : context.file.globalArgs)
      for (const ast::ArgDecl &decl : stmt.args)
        if (!evaluate(stmt, decl))
          return false;
    return true;
  }

private:
  bool evaluate(const ast::ArgStmt &stmt, const ast::ArgDecl &decl) {
    ArgInfo info{decl, {}, {}, stmt.lines};
    std::optional<std::string> value;
    auto given = buildArgs ? buildArgs->find(decl.key)
                           : decltype(buildArgs->find(decl.key)){};
    if (buildArgs && given != buildArgs->end()) {
      value = given->second;
    } else if (decl.value) {
      Expanded expanded = expandWord(*decl.value, env, context.expandOptions(),
                                     context.options.maxValueBytes);
      if (!expanded.ok()) {
        failed = &stmt;
        error = std::move(expanded.error);
        return false;
      }
      value = std::move(expanded.text);
      info.deps = std::move(expanded.matched);
      // `ARG x=$x/y`: what the former x depended on, not x itself.
      if (info.deps.erase(decl.key) != 0)
        if (auto former = declared.find(decl.key); former != declared.end())
          info.deps.insert(former->second.deps.begin(),
                           former->second.deps.end());
    }
    info.definition.value = value;
    if (value) {
      env.assign(decl.key, *value);
      info.value = std::move(*value);
      if (size_t limit = context.options.maxOpsBytes / 8; env.bytes() > limit) {
        failed = &stmt;
        error = fmt::format("the values of all arguments are larger than {} "
                            "bytes; raise --max-ops-bytes if that is meant",
                            limit);
        return false;
      }
    }
    declared[decl.key] = std::move(info);
    return true;
  }
};

} // namespace

/// Bases must be sound without build arguments, too. Stops quietly at what
/// will be reported as an error soon.
static void checkBasesWithDefaults(LowerContext &context) {
  GlobalArgs defaults{context, nullptr, context.globalEnv, {}, nullptr, {}};
  if (!defaults.evaluate())
    return;
  for (const ast::Stage &stage : context.file.stages) {
    Expanded base =
        expandWord(stage.from.base, defaults.env, context.expandOptions(),
                   context.options.maxValueBytes);
    if (!base.ok())
      return;
    Reference ref;
    std::string error;
    if (!Reference::parseNormalized(base.text, ref, error))
      check::invalidDefaultArgInFrom(context.linter, stage.from);
  }
}

llvm::LogicalResult lowerGlobals(LowerContext &context,
                                 std::map<std::string, ArgInfo> &declared) {
  context.globalEnv = predefinedArgs(context);
  checkBasesWithDefaults(context);

  GlobalArgs given{context, &context.buildArgs, context.globalEnv, {}, nullptr,
                   {}};
  if (!given.evaluate())
    return context.error(*given.failed, diag::ExpansionFailed, given.error);
  context.globalEnv = std::move(given.env);
  declared = std::move(given.declared);
  return llvm::success();
}

std::optional<ir::ProxyEnv>
proxyEnvOf(const std::map<std::string, std::string> &buildArgs) {
  static constexpr std::pair<std::string_view, std::string ir::ProxyEnv::*>
      members[] = {{"http_proxy", &ir::ProxyEnv::httpProxy},
                   {"https_proxy", &ir::ProxyEnv::httpsProxy},
                   {"ftp_proxy", &ir::ProxyEnv::ftpProxy},
                   {"no_proxy", &ir::ProxyEnv::noProxy},
                   {"all_proxy", &ir::ProxyEnv::allProxy}};
  std::optional<ir::ProxyEnv> result;
  // In byte order, so that of two spellings the last one wins.
  for (const auto &[key, value] : buildArgs)
    for (const auto &[name, member] : members)
      if (unicode::equalFold(key, name)) {
        if (!result)
          result.emplace();
        (*result).*member = value;
      }
  return result;
}

} // namespace llb::lower
