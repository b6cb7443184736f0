// SPDX-License-Identifier: Apache-2.0
//
// Instructions that change variables and the image config and make no
// operation. Texts of history entries are what `docker history` shows and are
// part of the image's digest.
#include "Dispatch.h"
#include "llb/Check/Rules.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/GoText.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Signal.h"

namespace llb::lower {

// ---- variables and labels ----

static llvm::LogicalResult expandPairs(const Dispatch &dispatch,
                                       std::vector<ast::KeyValue> &pairs) {
  for (ast::KeyValue &pair : pairs)
    if (llvm::failed(dispatch.expand(pair.key)) ||
        llvm::failed(dispatch.expand(pair.value)))
      return llvm::failure();
  return llvm::success();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch, const ast::EnvStmt &stmt) {
  std::vector<ast::KeyValue> pairs = stmt.pairs;
  if (llvm::failed(expandPairs(dispatch, pairs)))
    return llvm::failure();
  std::string history = "ENV";
  for (const ast::KeyValue &pair : pairs) {
    if (pair.legacy)
      check::legacyKeyValue(dispatch.context.linter, stmt);
    check::secretKey(dispatch.context.linter, stmt, stmt.kind, pair.key);
    history.append(" ").append(pair.key).append("=").append(pair.value);
    dispatch.stage.env.assign(pair.key, pair.value);
    dispatch.stage.image.env.assign(pair.key, pair.value);
  }
  dispatch.stage.addHistory(std::move(history), /*layer=*/false);
  return llvm::success();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::LabelStmt &stmt) {
  std::vector<ast::KeyValue> pairs = stmt.pairs;
  if (llvm::failed(expandPairs(dispatch, pairs)))
    return llvm::failure();
  std::string history = "LABEL";
  auto &labels = dispatch.stage.image.labels.edit();
  for (const ast::KeyValue &pair : pairs) {
    if (pair.legacy)
      check::legacyKeyValue(dispatch.context.linter, stmt);
    history.append(" ").append(pair.key).append("=").append(pair.value);
    labels[pair.key] = pair.value;
  }
  dispatch.stage.addHistory(std::move(history), /*layer=*/false);
  return llvm::success();
}

/// The value that `decl` has in this stage. `inherited` is set if it is that of
/// a global argument.
static llvm::LogicalResult argValue(const Dispatch &dispatch,
                                    const ast::ArgDecl &decl,
                                    std::optional<std::string> &value,
                                    bool &inherited) {
  auto given = dispatch.context.buildArgs.find(decl.key);
  if (given != dispatch.context.buildArgs.end()) {
    value = given->second;
    return llvm::success();
  }
  value = decl.value;
  if (value)
    return dispatch.expand(*value);
  if (const std::string *global = dispatch.context.globalEnv.get(decl.key)) {
    value = *global;
    inherited = true;
  }
  return llvm::success();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch, const ast::ArgStmt &stmt) {
  StageState &stage = dispatch.stage;
  std::string history = "ARG ";
  for (const ast::ArgDecl &decl : stmt.args) {
    check::secretKey(dispatch.context.linter, stmt, stmt.kind, decl.key);
    std::optional<std::string> value;
    bool inherited = false;
    if (llvm::failed(argValue(dispatch, decl, value, inherited)))
      return llvm::failure();
    if (value && !isScanArg(decl.key))
      stage.env.assign(decl.key, *value);
    if (dispatch.context.wantOutline) {
      if (!inherited) {
        ArgInfo info;
        info.definition = decl;
        info.definition.value = value;
        info.value = value.value_or("");
        info.lines = stmt.lines;
        stage.outline.allArgs[decl.key] = std::move(info);
      }
      stage.outline.usedArgs.insert(decl.key);
    }
    if (&decl != &stmt.args.front())
      history += ' ';
    history += decl.key;
    if (value)
      history.append("=").append(*value);
    stage.buildArgs.edit().push_back({decl.key, std::move(value)});
  }
  stage.addHistory(std::move(history), /*layer=*/false);
  return llvm::success();
}

// ---- what the container runs ----

/// Warns if an instruction of this kind was seen in the stage before.
static void useOnce(const Dispatch &dispatch, SeenInstruction &seen) {
  if (seen.seen)
    check::usedTwice(dispatch.context.linter, dispatch.stmt, seen.lines,
                     seen.range);
  seen = {true, dispatch.stmt.lines, dispatch.stmt.range};
}

static std::vector<std::string> commandArgs(const Dispatch &dispatch,
                                            const ast::CommandLine &command) {
  if (!command.shellForm)
    return command.args;
  if (dispatch.stage.image.shell.empty())
    check::jsonArgs(dispatch.context.linter, dispatch.stmt);
  return withShell(dispatch.stage, command.args);
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch, const ast::CmdStmt &stmt) {
  StageState &stage = dispatch.stage;
  useOnce(dispatch, stage.cmdSeen);
  std::vector<std::string> args = commandArgs(dispatch, stmt.command);
  stage.addHistory("CMD " + go::quoteList(args), /*layer=*/false);
  stage.image.cmd = std::move(args);
  stage.image.argsEscaped = true;
  return llvm::success();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::EntrypointStmt &stmt) {
  StageState &stage = dispatch.stage;
  useOnce(dispatch, stage.entrypointSeen);
  std::vector<std::string> args = commandArgs(dispatch, stmt.command);
  stage.addHistory("ENTRYPOINT " + go::quoteList(args), /*layer=*/false);
  stage.image.entrypoint = std::move(args);
  // A command of the base image was meant for the base image's entry point.
  if (!stage.cmdSeen.seen)
    stage.image.cmd = ir::StringList();
  return llvm::success();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::ShellStmt &stmt) {
  dispatch.stage.image.shell = stmt.shell;
  dispatch.stage.addHistory("SHELL " + go::plainList(stmt.shell),
                            /*layer=*/false);
  return llvm::success();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::HealthcheckStmt &stmt) {
  useOnce(dispatch, dispatch.stage.healthcheckSeen);
  Healthcheck check;
  check.test = stmt.test;
  check.interval = stmt.interval;
  check.timeout = stmt.timeout;
  check.startPeriod = stmt.startPeriod;
  check.startInterval = stmt.startInterval;
  check.retries = stmt.retries;
  dispatch.stage.addHistory(
      fmt::format("HEALTHCHECK {{Test:{} Interval:{} Timeout:{} StartPeriod:{} "
                  "StartInterval:{} Retries:{}}}",
                  go::plainList(check.test), go::formatDuration(check.interval),
                  go::formatDuration(check.timeout),
                  go::formatDuration(check.startPeriod),
                  go::formatDuration(check.startInterval), check.retries),
      /*layer=*/false);
  dispatch.stage.image.healthcheck = std::move(check);
  return llvm::success();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::StopsignalStmt &stmt) {
  std::string signal = stmt.signal;
  if (llvm::failed(dispatch.expand(signal)))
    return llvm::failure();
  if (!isKnownSignal(signal))
    return dispatch.errorAt(signal, diag::InvalidSignal, signal);
  dispatch.stage.addHistory("STOPSIGNAL " + signal, /*layer=*/false);
  dispatch.stage.image.stopSignal = std::move(signal);
  return llvm::success();
}

// ---- the rest of the config ----

static void setUser(StageState &stage, const std::string &user) {
  stage.user = user;
  stage.image.user = user;
}

void applyBaseUser(StageState &stage) {
  setUser(stage, std::string(stage.image.user));
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::UserStmt &stmt) {
  std::string user = stmt.user;
  if (llvm::failed(dispatch.expand(user)))
    return llvm::failure();
  setUser(dispatch.stage, user);
  dispatch.stage.addHistory("USER " + user, /*layer=*/false);
  return llvm::success();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::VolumeStmt &stmt) {
  std::vector<std::string> volumes = stmt.volumes;
  if (llvm::failed(dispatch.expand(volumes)))
    return llvm::failure();
  auto &known = dispatch.stage.image.volumes.edit();
  for (const std::string &volume : volumes) {
    if (volume.empty())
      return dispatch.error(
          diag::EmptyVolume,
          ast::wordOf(ast::StmtKind::Volume, dispatch.context.file.words));
    known.insert(volume);
  }
  dispatch.stage.addHistory("VOLUME " + go::plainList(volumes),
                            /*layer=*/false);
  return llvm::success();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::MaintainerStmt &stmt) {
  dispatch.stage.image.author = stmt.maintainer;
  dispatch.stage.addHistory("MAINTAINER " + stmt.maintainer, /*layer=*/false);
  return llvm::success();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::OnbuildStmt &stmt) {
  dispatch.stage.image.onBuild.push_back(stmt.trigger);
  return llvm::success();
}

} // namespace llb::lower
