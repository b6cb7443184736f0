// SPDX-License-Identifier: Apache-2.0
//
// The mounts of an exec operation, each made ready on this machine: trees are
// mounted, cache folders locked, secrets written to memory.
#include "FileChange.h"
#include "RunStep.h"

#include "llb/Engine/FileOps.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace llb::engine {

llvm::Expected<Snapshot> RunStep::inputOf(const ir::Mount &mount) {
  if (mount.input < 0)
    return Snapshot();
  if (mount.input >= static_cast<int64_t>(step.inputs.size()))
    return textError("a mount refers to an input that does not exist");
  return shop.materialize(step.inputs[static_cast<size_t>(mount.input)]);
}

/// Adds the part of the tree at `path` that the mount selects.
llvm::Error RunStep::attach(const ir::Mount &mount, const std::string &path,
                            Prepared &prepared) {
  std::string selector = go::joinPath({"/", mount.selector});
  std::string source = path;
  if (selector != "/") {
    DirTree tree = DirTree::openPath(path);
    UniqueFd part;
    int error = tree.valid() ? tree.openAt(selector, O_PATH, 0, part) : errno;
    FileStat info;
    if (!error && fstat(part.get(), &info))
      error = errno;
    if (error)
      return pathError(error, "mount source", selector);
    // Mounted by descriptor: what the path names may change meanwhile.
    std::string target =
        container.bundle + "/mount" + std::to_string(container.mounts.size());
    bool isDir = S_ISDIR(info.st_mode);
    if (isDir ? mkdir(target.c_str(), 0700) != 0
              : mknod(target.c_str(), S_IFREG | 0600, 0) != 0)
      return errnoError(target);
    std::string handle = "/proc/self/fd/" + std::to_string(part.get());
    if (::mount(handle.c_str(), target.c_str(), nullptr, MS_BIND, nullptr))
      return errnoError("mounting " + selector);
    prepared.submount = target;
    source = target;
  }
  ContainerMount result;
  result.dest = mount.dest;
  result.source = source;
  result.readonly = mount.readonly;
  container.mounts.push_back(std::move(result));
  return llvm::Error::success();
}

/// Locks the folders of all cache mounts, each once, in one order for all
/// steps: two steps never wait for each other. Mounts of one folder share it,
/// and the strictest of their modes counts.
llvm::Error RunStep::lockCaches() {
  std::map<std::string, CacheUse> wanted;
  for (const ir::Mount &mount : exec.mounts) {
    if (mount.mountType != ir::MountType::Cache)
      continue;
    auto input = inputOf(mount);
    if (!input)
      return input.takeError();
    CacheUse use{cacheIdOf(mount), std::move(*input)};
    std::string name = cacheFolderName(shop.store, use.id, use.base);
    CacheUse &known = wanted.emplace(name, std::move(use)).first->second;
    auto sharing =
        mount.cacheOpt ? mount.cacheOpt->sharing : ir::CacheSharing::Shared;
    if (known.sharing != ir::CacheSharing::Locked &&
        sharing != ir::CacheSharing::Shared)
      known.sharing = sharing;
  }
  for (const auto &[name, use] : wanted) {
    auto folder = lockCacheFolder(
        shop.store, use,
        [&] {
          shop.progress.output(step.number, 2,
                               "waiting for cache mount " + use.id +
                                   ", which another step has locked\n");
        },
        [&] { return shop.canceled(); });
    if (!folder)
      return folder.takeError();
    caches.emplace(name, std::move(*folder));
  }
  return llvm::Error::success();
}

llvm::Error RunStep::prepareCache(const ir::Mount &mount, Prepared &prepared) {
  auto input = inputOf(mount);
  if (!input)
    return input.takeError();
  const CacheFolder &folder =
      caches.at(cacheFolderName(shop.store, cacheIdOf(mount), *input));
  std::string content = folder.path + "/fs";
  if (::access(content.c_str(), F_OK)) {
    std::string fresh = shop.store.temporaryPath();
    if (mkdir(fresh.c_str(), 0755) || chmod(fresh.c_str(), 0755))
      return errnoError(fresh);
    if (!input->layers.empty()) {
      auto source = shop.read({*input, nullptr});
      if (!source)
        return source.takeError();
      ir::Copy copy;
      copy.src = copy.dest = "/";
      copy.mode = -1;
      copy.timestamp = -1;
      copy.dirCopyContents = copy.createDestPath = true;
      DirTree dir = DirTree::openPath(fresh);
      WritableDir target(dir);
      if (llvm::Error error = copyFiles(**source, target, copy, std::nullopt))
        return error;
    }
    if (::rename(fresh.c_str(), content.c_str()) &&
        ::access(content.c_str(), F_OK))
      return errnoError(content);
  }
  return attach(mount, content, prepared);
}

/// A secret is a file of a tmpfs: it is never on a disk.
llvm::Error RunStep::prepareSecret(const ir::Mount &mount, Prepared &prepared) {
  if (!mount.secretOpt)
    return textError("a secret mount without an id");
  auto found = shop.options.secrets.find(mount.secretOpt->id);
  if (found == shop.options.secrets.end()) {
    if (mount.secretOpt->optional)
      return llvm::Error::success();
    return textError("secret " + mount.secretOpt->id + ": not found");
  }
  std::string folder =
      container.bundle + "/secret" + std::to_string(container.mounts.size());
  if (mkdir(folder.c_str(), 0700) ||
      ::mount("tmpfs", folder.c_str(), "tmpfs",
              MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
    return errnoError(folder);
  prepared.submount = folder;
  ContainerMount result;
  result.dest = mount.dest;
  result.source = folder + "/secret";
  result.readonly = true;
  result.options = {"nosuid", "nodev", "noexec"};
  UniqueFd file(::open(result.source.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid() || writeAll(file.get(), found->second) ||
      fchown(file.get(), mount.secretOpt->uid, mount.secretOpt->gid) ||
      fchmod(file.get(), mount.secretOpt->mode & 0777))
    return errnoError(result.source);
  container.mounts.push_back(std::move(result));
  return llvm::Error::success();
}

llvm::Error RunStep::prepareSsh(const ir::Mount &mount, Prepared &prepared) {
  if (!mount.sshOpt)
    return textError("an ssh mount without an id");
  const ir::SshOpt &ssh = *mount.sshOpt;
  auto agent = findSshAgent(shop.options.ssh, ssh.id);
  if (!agent) {
    if (!ssh.optional)
      return agent.takeError();
    llvm::consumeError(agent.takeError());
    return llvm::Error::success();
  }
  std::string folder =
      container.bundle + "/ssh" + std::to_string(container.mounts.size());
  if (mkdir(folder.c_str(), 0711))
    return errnoError(folder);
  auto forward = SshForward::start(**agent, folder, "socket",
                                   {ssh.uid, ssh.gid, ssh.mode});
  if (!forward)
    return forward.takeError();
  prepared.ssh = std::move(*forward);
  ContainerMount result;
  result.dest = mount.dest;
  result.source = folder + "/socket";
  container.mounts.push_back(std::move(result));
  return llvm::Error::success();
}

llvm::Error RunStep::prepareMount(const ir::Mount &mount, Prepared &prepared) {
  bool isRoot = mount.dest == "/";
  switch (mount.mountType) {
  case ir::MountType::Bind: {
    auto input = inputOf(mount);
    if (!input)
      return input.takeError();
    auto tree = mount.readonly && !isRoot ? shop.snapshots.view(*input)
                                          : shop.snapshots.prepare(*input);
    if (!tree)
      return tree.takeError();
    prepared.tree = std::move(*tree);
    if (isRoot) {
      container.root = prepared.tree->path();
      container.rootReadonly = mount.readonly;
      return llvm::Error::success();
    }
    return attach(mount, prepared.tree->path(), prepared);
  }
  case ir::MountType::Cache:
    return prepareCache(mount, prepared);
  case ir::MountType::Tmpfs: {
    ContainerMount result;
    result.dest = mount.dest;
    result.tmpfsOptions = {"nosuid"};
    if (mount.readonly)
      result.tmpfsOptions.push_back("ro");
    if (mount.tmpfsOpt && mount.tmpfsOpt->size > 0)
      result.tmpfsOptions.push_back("size=" +
                                    std::to_string(mount.tmpfsOpt->size));
    container.mounts.push_back(std::move(result));
    return llvm::Error::success();
  }
  case ir::MountType::Secret:
    return prepareSecret(mount, prepared);
  case ir::MountType::Ssh:
    return prepareSsh(mount, prepared);
  }
  return textError("a mount of an unknown type");
}

} // namespace llb::engine
