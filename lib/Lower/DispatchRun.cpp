// SPDX-License-Identifier: Apache-2.0
//
// RUN. A heredoc that is the whole command is its own shell script, or a file
// that is executed if it starts with `#!`; any other is given back to the shell
// together with the command (BuildKit v0.32.2, dockerfile2llb dispatchRun).
#include "CustomName.h"
#include "FileOps.h"
#include "Mounts.h"
#include "llb/Support/GoPath.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringMap.h>

namespace llb::lower {
namespace {

/// Whether `text` is one `<<NAME` and nothing else.
bool isHeredocAlone(std::string_view text) {
  text.remove_prefix(
      std::min(text.find_first_not_of("0123456789"), text.size()));
  if (!text.starts_with("<<"))
    return false;
  text.remove_prefix(2);
  if (text.starts_with('-'))
    text.remove_prefix(1);
  text.remove_prefix(
      std::min(text.find_first_not_of("\t\n\f\r "), text.size()));
  if (text.empty() || text.find('<') != std::string_view::npos)
    return false;
  ExpandOptions options;
  options.skipUnsetEnv = true;
  if (expandWords(text, NoEnv(), options).words.size() != 1)
    return false;
  options.rawQuotes = true;
  return expandWords(text, NoEnv(), options).words.size() == 1;
}

class RunLowering {
public:
  RunLowering(Dispatch &dispatch, const ast::RunStmt &stmt)
      : dispatch(dispatch), context(dispatch.context), stage(dispatch.stage),
        stmt(stmt), mounts(stage.root), args(stmt.command.args) {}

  llvm::LogicalResult lower() {
    llvm::FailureOr<std::vector<ast::Mount>> flags =
        expandMounts(dispatch, stmt);
    if (llvm::failed(flags))
      return llvm::failure();
    // What a command reads is not known.
    stage.usedPaths->insert("/");

    resolveHeredocs();
    if (stmt.command.shellForm)
      args = withShell(stage, args);
    if (llvm::failed(mounts.add(dispatch, stmt, *flags)) ||
        llvm::failed(addDevices()))
      return llvm::failure();

    description["com.docker.dockerfile.v1.command"] = stmt.original;
    description["llb.customname"] =
        stepName(context, stage, runText(dispatch, *flags, wholeHeredoc),
                 stage.statePlatform, stage.env);
    if (context.frontend.shmSize > 0 &&
        context.supports("exec.mount.tmpfs.size"))
      mounts.addSharedMemory(context.frontend.shmSize);

    std::string history = historyText();
    addVertex();
    stage.addHistory(std::move(history), /*layer=*/true);
    return llvm::success();
  }

private:
  /// Turns heredocs into arguments or a file.
  void resolveHeredocs() {
    if (stmt.heredocs.empty() || !stmt.command.shellForm || args.size() != 1)
      return;
    const ast::Heredoc &first = stmt.heredocs.front();
    if (!isHeredocAlone(args.front())) {
      for (const ast::Heredoc &heredoc : stmt.heredocs)
        args.front() += "\n" + heredoc.content + heredoc.name;
      return;
    }
    wholeHeredoc = &first;
    std::string body = first.chomped();
    if (stage.image.platform.os == "windows" || !body.starts_with("#!")) {
      args = {std::move(body)};
      return;
    }
    mounts.addScript(addInlineFile(context, first.name, 0755, std::move(body)));
    args = {go::joinPath({"/dev/pipes/", first.name})};
  }

  llvm::LogicalResult addDevices() {
    if (!context.supports("exec.meta.cdi"))
      return llvm::success();
    for (const std::string &text : stmt.devices) {
      Diagnostic fault;
      std::optional<ast::Device> device =
          ast::parseDevice(text, stmt.range, fault);
      if (!device) {
        context.diags.add(std::move(fault)).place(stmt.lines);
        return llvm::failure();
      }
      exec.cdiDevices.push_back(
          {std::move(device->name), !device->required, {}});
    }
    return llvm::success();
  }

  ir::Meta meta() const {
    ir::Meta result;
    result.args = args;
    result.env = stage.env.asList();
    if (const std::string *socket = mounts.sshSocket();
        socket && !stage.env.get("SSH_AUTH_SOCK"))
      result.env.push_back("SSH_AUTH_SOCK=" + *socket);
    if (!setsDefaultPath() && !stage.env.get("PATH"))
      result.env.push_back(std::string("PATH=").append(defaultPath));
    result.cwd = stage.dir;
    result.user = stage.user;
    result.proxyEnv = context.proxyEnv;
    result.extraHosts = context.frontend.extraHosts;
    result.hostname = stage.hostname;
    if (context.supports("exec.meta.ulimit"))
      result.ulimit = context.frontend.ulimits;
    if (context.supports("exec.meta.cgroup.parent"))
      result.cgroupParent = context.frontend.cgroupParent;
    result.removeMountStubsRecursive = true;
    return result;
  }

  /// Whether the daemon gives a command on Linux a PATH that has none.
  bool setsDefaultPath() const {
    return stage.image.platform.os == "windows" ||
           context.supports("exec.meta.setsdefaultpath");
  }

  ir::NetMode network() const {
    if (stmt.network == "none")
      return ir::NetMode::None;
    if (stmt.network == "host")
      return ir::NetMode::Host;
    // `default` leaves what the build was started with.
    return stage.network;
  }

  void addVertex() {
    ir::Vertex vertex;
    auto &caps = vertex.metadata.caps;
    auto need = [&](const char *cap, bool needed) {
      if (needed)
        caps[cap] = true;
    };
    exec.meta = meta();
    exec.network = network();
    if (stmt.security == "insecure")
      exec.security = ir::SecurityMode::Insecure;
    int64_t rootOutput = mounts.write(vertex, exec);

    need("exec.meta.base", true);
    need("exec.meta.setsdefaultpath",
         context.supports("exec.meta.setsdefaultpath"));
    need("exec.meta.cdi", !exec.cdiDevices.empty());
    bool hasResources = context.frontend.linuxResources &&
                        context.supports("exec.meta.linux.resources");
    need("exec.meta.linux.resources", hasResources);
    need("exec.meta.network", exec.network != ir::NetMode::Unset);
    need("exec.meta.proxyenv", context.proxyEnv.has_value());
    need("exec.meta.security", exec.security != ir::SecurityMode::Sandbox);
    need("exec.meta.ulimit", !exec.meta->ulimit.empty());

    vertex.op.platform =
        toIr(stage.statePlatform.value_or(context.targetPlatform));
    vertex.op.body = std::move(exec);
    vertex.metadata.description = std::move(description);
    vertex.metadata.ignoreCache = stage.ignoreCache;
    if (hasResources)
      vertex.metadata.linuxResources = context.frontend.linuxResources;
    vertex.locations = context.locations(stmt.lines);
    stage.setRoot({context.builder.add(std::move(vertex)), rootOutput});
  }

  /// `RUN |2 A=1 B=2 /bin/sh -c make # buildkit`
  std::string historyText() const {
    std::vector<std::string> words;
    llvm::StringMap<size_t> place;
    for (const StageArg &arg : *stage.buildArgs) {
      // An ARG may have a value that never got into the environment.
      const std::string *value = stage.env.get(arg.key);
      std::string word =
          arg.key + "=" + (value ? *value : arg.value.value_or(""));
      auto [known, isNew] = place.try_emplace(arg.key, words.size());
      if (isNew)
        words.push_back(std::move(word));
      else
        words[known->second] = std::move(word);
    }
    if (!words.empty())
      words.insert(words.begin(), fmt::format("|{}", words.size()));
    words.insert(words.end(), args.begin(), args.end());
    return "RUN " + llvm::join(words, " ") + " # buildkit";
  }

  Dispatch &dispatch;
  LowerContext &context;
  StageState &stage;
  const ast::RunStmt &stmt;
  MountList mounts;
  std::vector<std::string> args;
  /// The heredoc that is the whole command.
  const ast::Heredoc *wholeHeredoc = nullptr;
  ir::Exec exec;
  ir::StringMap description;
};

} // namespace

llvm::LogicalResult dispatchStmt(Dispatch &dispatch, const ast::RunStmt &stmt) {
  return RunLowering(dispatch, stmt).lower();
}

} // namespace llb::lower
