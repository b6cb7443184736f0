// SPDX-License-Identifier: Apache-2.0
//
// Mounts of a RUN: see Mounts.h. A mount without `from` counts as reading the
// build context even if, as a tmpfs, it reads nothing: BuildKit v0.32.2
// (dockerfile2llb/convert_runmount.go) then asks for all of the context.
#include "Mounts.h"

#include "FileOps.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoTable.h"
#include "llb/Support/GoText.h"
#include "llb/Support/LowerDiags.h"

namespace llb::lower {

llvm::FailureOr<std::vector<ast::Mount>>
expandMounts(const Dispatch &dispatch, const ast::RunStmt &stmt) {
  auto expand = [&](std::string_view value, std::string &error) {
    return dispatch.expand(value, error);
  };
  std::vector<ast::Mount> mounts;
  for (const std::string &text : stmt.mounts) {
    Diagnostic fault;
    std::optional<ast::Mount> mount = ast::parseMount(
        text, expand,
        dispatch.command.onBuild ? stmt.range : findWord(stmt.range, text),
        fault);
    if (!mount) {
      dispatch.context.diags.add(std::move(fault)).place(stmt.lines);
      return llvm::failure();
    }
    mounts.push_back(std::move(*mount));
  }
  return mounts;
}

MountList::MountList(ir::ValueId root) {
  Item item;
  item.mount.dest = "/";
  item.source = root;
  item.writable = item.isRoot = true;
  items.push_back(std::move(item));
}

void MountList::addScript(ir::ValueId file) {
  Item item;
  item.mount.dest = "/dev/pipes/";
  item.mount.selector = "/";
  item.mount.readonly = true;
  item.source = file;
  items.push_back(std::move(item));
}

void MountList::addSharedMemory(int64_t size) {
  Item item;
  item.mount.dest = "/dev/shm";
  item.mount.mountType = ir::MountType::Tmpfs;
  item.mount.tmpfsOpt = ir::TmpfsOpt{size, {}};
  items.push_back(std::move(item));
}

llvm::LogicalResult MountList::add(Dispatch &dispatch, const ast::RunStmt &stmt,
                                   std::vector<ast::Mount> mounts) {
  for (size_t i = 0; i < mounts.size(); ++i) {
    ast::Mount &mount = mounts[i];
    if (mount.from.empty() && mount.type == ast::MountType::Cache)
      mount.from = "scratch";
    StageState *source =
        mount.from.empty() ? nullptr : dispatch.command.sources[i];
    if (source && !source->dispatched)
      return dispatch.errorAt(stmt.mounts[i], diag::MountFromLaterStage,
                              go::quote(mount.from), go::quote(mount.target));
    llvm::LogicalResult added = llvm::success();
    if (mount.type == ast::MountType::Secret)
      addSecret(dispatch, mount);
    else if (mount.type == ast::MountType::Ssh)
      added = addSsh(dispatch, mount, stmt.mounts[i]);
    else
      added = addOne(dispatch, mount, stmt.mounts[i], source);
    if (llvm::failed(added))
      return llvm::failure();
  }
  return llvm::success();
}

/// A copy of `source` with a directory `/cache` of the owner and mode that
/// `mount` asks for.
static ir::ValueId withCacheDir(LowerContext &context, ir::ValueId source,
                                const ast::Mount &mount) {
  ir::MkDir mkdir;
  mkdir.path = "/cache";
  mkdir.mode = static_cast<int32_t>(mount.mode.value_or(0755) & 0777);
  ir::ChownOpt owner;
  owner.user.emplace().user = mount.uid.value_or(0);
  owner.group.emplace().user = mount.gid.value_or(0);
  mkdir.owner = std::move(owner);
  mkdir.timestamp = -1;
  ir::Vertex vertex = fileVertex(source, std::move(mkdir));
  vertex.metadata.description["llb.customname"] =
      internalName("setting cache mount permissions");
  return {context.builder.add(std::move(vertex)), 0};
}

static ir::CacheSharing toIr(ast::MountSharing sharing) {
  switch (sharing) {
  case ast::MountSharing::Private:
    return ir::CacheSharing::Private;
  case ast::MountSharing::Locked:
    return ir::CacheSharing::Locked;
  case ast::MountSharing::Unset:
  case ast::MountSharing::Shared:
    break;
  }
  return ir::CacheSharing::Shared;
}

llvm::LogicalResult MountList::addOne(Dispatch &dispatch,
                                      const ast::Mount &mount,
                                      std::string_view text,
                                      StageState *source) {
  LowerContext &context = dispatch.context;
  Item item;
  item.mount.readonly = mount.readOnly;
  item.source = source ? source->root : context.buildContext;
  if (mount.type == ast::MountType::Tmpfs) {
    item.source = ir::ValueId();
    item.mount.mountType = ir::MountType::Tmpfs;
    item.mount.tmpfsOpt = ir::TmpfsOpt{mount.sizeLimit, {}};
  }
  if (mount.type == ast::MountType::Cache) {
    ir::CacheOpt cache;
    cache.id = context.frontend.cacheNamespace + "/" +
               (mount.id.empty() ? go::cleanPath(mount.target) : mount.id);
    cache.sharing = toIr(mount.sharing);
    item.mount.mountType = ir::MountType::Cache;
    item.mount.cacheOpt = std::move(cache);
  }
  // What is written there goes nowhere, but an old daemon has to be told where.
  item.writable = mount.type == ast::MountType::Bind && !mount.readOnly &&
                  !context.supports("exec.mount.bind.readwrite-nooutput");
  item.mount.dest = mount.target;
  if (!go::isAbsPath(go::cleanPath(mount.target)))
    item.mount.dest = go::joinPath({"/", dispatch.stage.dir, mount.target});
  if (item.mount.dest == "/")
    return dispatch.errorAt(text, diag::InvalidMountTarget,
                            go::quote(item.mount.dest));

  std::string path = go::joinPath({"/", mount.source});
  if (path != "/") {
    item.mount.selector = path;
  } else if (mount.uid || mount.gid || mount.mode) {
    item.source = withCacheDir(context, item.source, mount);
    item.mount.selector = "/cache";
  }
  if (source)
    source->usedPaths->insert(path);
  else
    dispatch.stage.contextPaths.insert(path);
  items.push_back(std::move(item));
  return llvm::success();
}

void MountList::addSecret(Dispatch &dispatch, const ast::Mount &mount) {
  std::string id = mount.source.empty() ? mount.id : mount.source;
  if (id.empty())
    id = go::basePath(mount.target);
  if (dispatch.context.wantOutline)
    dispatch.stage.outline.secrets.try_emplace(
        id, OutlineInfo::Use{mount.required, dispatch.stmt.lines});
  hasSecret = true;
  if (mount.env)
    secretEnv.push_back({id, *mount.env, !mount.required, {}});

  ir::Mount file;
  file.dest = mount.target;
  if (file.dest.empty()) {
    if (mount.env)
      return;
    file.dest = "/run/secrets/" + go::basePath(id);
  }
  file.input = ir::noIndex;
  file.mountType = ir::MountType::Secret;
  file.secretOpt = ir::SecretOpt{id,
                                 mount.uid.value_or(0),
                                 mount.gid.value_or(0),
                                 mount.mode.value_or(0400),
                                 !mount.required,
                                 {}};
  secrets.push_back(std::move(file));
}

llvm::LogicalResult MountList::addSsh(Dispatch &dispatch,
                                      const ast::Mount &mount,
                                      std::string_view text) {
  if (!mount.source.empty())
    return dispatch.errorAt(text, diag::SshMountSource);
  if (dispatch.context.wantOutline)
    dispatch.stage.outline.ssh.try_emplace(
        mount.id.empty() ? "default" : mount.id,
        OutlineInfo::Use{mount.required, dispatch.stmt.lines});
  ir::Mount agent;
  agent.dest = mount.target;
  if (agent.dest.empty())
    agent.dest = fmt::format("/run/buildkit/ssh_agent.{}", ssh.size());
  agent.input = ir::noIndex;
  agent.mountType = ir::MountType::Ssh;
  agent.sshOpt = ir::SshOpt{mount.id,
                            mount.uid.value_or(0),
                            mount.gid.value_or(0),
                            mount.mode.value_or(0600),
                            !mount.required,
                            {}};
  ssh.push_back(std::move(agent));
  return llvm::success();
}

int64_t MountList::write(ir::Vertex &vertex, ir::Exec &exec) {
  go::sortSlice(items, [](const Item &a, const Item &b) {
    return a.mount.dest < b.mount.dest;
  });
  auto &caps = vertex.metadata.caps;
  std::map<ir::ValueId, int64_t> inputs;
  int64_t outputs = 0;
  int64_t rootOutput = 0;
  for (Item &item : items) {
    ir::Mount &mount = item.mount;
    mount.input = ir::noIndex;
    if (item.source.valid()) {
      auto next = static_cast<int64_t>(vertex.op.inputs.size());
      auto [known, isNew] = inputs.try_emplace(item.source, next);
      if (isNew)
        vertex.op.inputs.push_back(item.source);
      mount.input = known->second;
    }
    if (item.isRoot)
      rootOutput = outputs;
    mount.output = item.writable ? outputs++ : ir::noIndex;

    if (!mount.selector.empty())
      caps["exec.mount.selector"] = true;
    if (mount.cacheOpt) {
      caps["exec.mount.cache"] = true;
      caps["exec.mount.cache.sharing"] = true;
    } else if (mount.tmpfsOpt) {
      caps["exec.mount.tmpfs"] = true;
      if (mount.tmpfsOpt->size > 0)
        caps["exec.mount.tmpfs.size"] = true;
    } else if (item.source.valid()) {
      caps["exec.mount.bind"] = true;
    }
    exec.mounts.push_back(std::move(mount));
  }

  if (hasSecret)
    caps["exec.mount.secret"] = true;
  if (!secretEnv.empty())
    caps["exec.secretenv"] = true;
  if (!ssh.empty())
    caps["exec.mount.ssh"] = true;
  exec.secretEnv = std::move(secretEnv);
  for (ir::Mount &mount : secrets)
    exec.mounts.push_back(std::move(mount));
  for (ir::Mount &mount : ssh)
    exec.mounts.push_back(std::move(mount));
  return rootOutput;
}

} // namespace llb::lower
