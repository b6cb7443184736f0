// SPDX-License-Identifier: Apache-2.0
//
// An exec operation: its mounts are made ready, the container runs, and what
// was written to mounts with an output is kept.
#include "RunStep.h"

#include "ContainerSpec.h"
#include "Emulator.h"
#include "FileChange.h"
#include "MountStubs.h"

#include "llb/Support/BuildDiags.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoText.h"
#include "llb/Support/Platform.h"
#include "llb/Support/WriteAll.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

namespace llb::engine {

/// How much of a process's output is kept for the message of its failure.
static constexpr size_t maxLog = 16384;

RunStep::~RunStep() {
  for (size_t i = prepared.size(); i-- > 0;)
    if (!prepared[i].submount.empty())
      umount2(prepared[i].submount.c_str(), MNT_DETACH);
  prepared.clear();
  if (!container.bundle.empty())
    Store::removeTree(container.bundle);
}

llvm::Error RunStep::writeNetworkFiles() {
  auto write = [&](const std::string &path,
                   const std::string &text) -> llvm::Error {
    UniqueFd fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!fd.valid() || fchmod(fd.get(), 0644) || writeAll(fd.get(), text))
      return errnoError(path);
    return llvm::Error::success();
  };
  const std::string &hostname = exec.meta->hostname;
  std::string hosts = "127.0.0.1\tlocalhost " +
                      (hostname.empty() ? "buildkitsandbox" : hostname) +
                      "\n::1\tlocalhost ip6-localhost ip6-loopback\n";
  for (const ir::HostIp &host : exec.meta->extraHosts)
    hosts += host.ip + "\t" + host.host + "\n";
  if (llvm::Error error = write(container.bundle + "/hosts", hosts))
    return error;
  std::string resolv;
  UniqueFd fd(::open("/etc/resolv.conf", O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char buffer[16384];
  ssize_t n;
  while (fd.valid() && (n = ::read(fd.get(), buffer, sizeof buffer)) > 0)
    resolv.append(buffer, static_cast<size_t>(n));
  return write(container.bundle + "/resolv.conf", resolv);
}

/// Makes the mount points that are missing as runc makes them, so that those
/// which stay in the layer do not depend on the runtime. What lies inside
/// another mount is made by the runtime, in there.
llvm::Error RunStep::makeMountPoints(const DirTree &root) {
  struct Point {
    std::string path;
    bool isDir;
  };
  std::vector<Point> points{{"/proc", true},
                            {"/dev", true},
                            {"/sys", true},
                            {"/etc/resolv.conf", false},
                            {"/etc/hosts", false}};
  for (const ContainerMount &mount : container.mounts) {
    FileStat info;
    bool isFile = !mount.source.empty() &&
                  ::stat(mount.source.c_str(), &info) == 0 &&
                  !S_ISDIR(info.st_mode);
    points.push_back({go::joinPath({"/", mount.dest}), !isFile});
  }
  for (const Point &point : points) {
    bool inside =
        std::any_of(points.begin(), points.end(), [&](const Point &other) {
          return point.path.starts_with(other.path + "/");
        });
    std::string path;
    FileStat info;
    if (inside || root.resolve(point.path, /*followLast=*/true, path) ||
        root.lstat(path, info) == 0)
      continue;
    int error = makeDirs(root, point.isDir ? path : parentTreePath(path), 0755,
                         std::nullopt, std::nullopt);
    UniqueFd file;
    if (!error && !point.isDir)
      error = root.openAt(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK,
                          0755, file);
    if (error)
      return pathError(error, "mount point", point.path);
  }
  return llvm::Error::success();
}

llvm::Error RunStep::makeWorkingDir() {
  DirTree root = DirTree::openPath(container.root);
  if (!root.valid())
    return errnoError(container.root);
  std::string path;
  FileStat info;
  if (int error = root.resolve(exec.meta->cwd, /*followLast=*/true, path))
    return pathError(error, "working dir", exec.meta->cwd);
  if (root.lstat(path, info) == 0)
    return llvm::Error::success();
  auto user = findContainerUser(root, exec.meta->user);
  if (!user)
    return user.takeError();
  if (int error = makeDirs(root, path, 0755, FileOwner{user->uid, user->gid},
                           std::nullopt))
    return pathError(error, "working dir", exec.meta->cwd);
  return llvm::Error::success();
}

llvm::Error RunStep::fillEnvironment() {
  container.env = exec.meta->env.get();
  auto add = [&](const char *name, const std::string &value) {
    if (value.empty())
      return;
    std::string upper;
    for (const char *c = name; *c; ++c)
      upper += *c >= 'a' && *c <= 'z' ? char(*c - 'a' + 'A') : *c;
    container.env.push_back(upper + "=" + value);
    container.env.push_back(std::string(name) + "=" + value);
  };
  if (const auto &proxy = exec.meta->proxyEnv) {
    add("http_proxy", proxy->httpProxy);
    add("https_proxy", proxy->httpsProxy);
    add("ftp_proxy", proxy->ftpProxy);
    add("no_proxy", proxy->noProxy);
    add("all_proxy", proxy->allProxy);
  }
  bool hasPath = std::any_of(
      container.env.begin(), container.env.end(),
      [](const std::string &item) { return item.starts_with("PATH="); });
  if (!hasPath)
    container.env.push_back("PATH=" + std::string(defaultPath));
  for (const ir::SecretEnv &secret : exec.secretEnv) {
    auto found = shop.options.secrets.find(secret.id);
    if (found != shop.options.secrets.end())
      container.env.push_back(secret.name + "=" + found->second);
    else if (!secret.optional)
      return textError("secret " + secret.id + ": not found");
  }
  return llvm::Error::success();
}

/// Turns a status that is not among the valid ones into BuildKit's error.
llvm::Error RunStep::judge(const ExecResult &result) {
  if (result.canceled)
    return textError("canceled");
  const std::vector<int32_t> &valid = exec.meta->validExitCodes;
  bool good = valid.empty() ? result.status == 0
                            : std::find(valid.begin(), valid.end(),
                                        result.status) != valid.end();
  if (good)
    return llvm::Error::success();
  std::string words;
  for (const std::string &word : exec.meta->args)
    words += (words.empty() ? "" : " ") + word;
  return textError("process " + go::quote(words) +
                   " did not complete successfully: exit code: " +
                   std::to_string(result.status));
}

llvm::Expected<Values> RunStep::run() {
  if (!exec.meta)
    return textError("exec without meta");
  auto runtime = shop.findRuntime();
  if (!runtime)
    return runtime.takeError();
  container.meta = *exec.meta;
  container.network = exec.network;
  container.security = exec.security;
  container.withoutNodes = !runtime->withoutDevices.empty();
  container.bundle = shop.store.memoryPath();
  if (mkdir(container.bundle.c_str(), 0711))
    return errnoError(container.bundle);
  if (llvm::Error error = lockCaches())
    return error;
  prepared.resize(exec.mounts.size());
  std::vector<std::string> dests;
  for (size_t i = 0; i < exec.mounts.size(); ++i) {
    if (llvm::Error error = prepareMount(exec.mounts[i], prepared[i]))
      return error;
    dests.push_back(exec.mounts[i].dest);
  }
  if (container.root.empty())
    return textError("exec without a root mount");
  // Outer mounts come before those inside them.
  std::stable_sort(container.mounts.begin(), container.mounts.end(),
                   [](const ContainerMount &a, const ContainerMount &b) {
                     auto depth = [](const std::string &path) {
                       return std::count(path.begin(), path.end(), '/');
                     };
                     return depth(go::joinPath({"/", a.dest})) <
                            depth(go::joinPath({"/", b.dest}));
                   });
  if (llvm::Error error = writeNetworkFiles())
    return error;
  if (llvm::Error error = fillEnvironment())
    return error;

  DirTree root = DirTree::openPath(container.root);
  if (llvm::Error error = checkRunnable(root, container))
    return error;
  MountStubs stubs(root, dests, exec.meta->removeMountStubsRecursive);
  if (llvm::Error error = makeWorkingDir())
    return error;
  if (llvm::Error error = makeMountPoints(root))
    return error;
  auto output = [&](int stream, std::string_view text) {
    shop.progress.output(step.number, stream, text);
    log += text;
    if (log.size() > 2 * maxLog)
      log.erase(0, log.size() - maxLog);
  };
  auto result = runContainer(*runtime, container, output,
                             [&] { return shop.canceled(); });
  stubs.remove(root);
  root = DirTree(UniqueFd());
  if (!result)
    return result.takeError();
  if (llvm::Error error = judge(*result))
    return error;

  Values outputs;
  for (size_t i = 0; i < exec.mounts.size(); ++i) {
    const ir::Mount &mount = exec.mounts[i];
    if (!prepared[i].submount.empty())
      umount2(prepared[i].submount.c_str(), MNT_DETACH);
    prepared[i].submount.clear();
    if (mount.output < 0 || mount.mountType != ir::MountType::Bind)
      continue;
    auto index = static_cast<size_t>(mount.output);
    if (index >= exec.mounts.size())
      return textError("a mount has an output out of range");
    if (outputs.size() <= index)
      outputs.resize(index + 1);
    if (mount.readonly || !prepared[i].tree) {
      auto input = inputOf(mount);
      if (!input)
        return input.takeError();
      outputs[index].snapshot = std::move(*input);
      continue;
    }
    auto snapshot =
        shop.snapshots.commit(std::move(*prepared[i].tree), step.name);
    if (!snapshot)
      return snapshot.takeError();
    outputs[index].snapshot = std::move(*snapshot);
  }
  return outputs;
}

llvm::Expected<Values> runExecStep(Workshop &shop, const Step &step,
                                   const ir::Exec &exec, std::string &log) {
  return RunStep(shop, step, exec, log).run();
}

llvm::Expected<Runtime> Workshop::findRuntime() {
  std::lock_guard<std::mutex> lock(runtimeMutex);
  if (!runtime) {
    auto found = Runtime::find();
    if (!found)
      return found.takeError();
    runtime = *found;
    std::lock_guard<std::mutex> guard(mutex);
    if (!runtime->withoutDevices.empty() && options.warnings)
      options.warnings->report(diag::RunWithoutNodes, {},
                               runtime->withoutDevices);
  }
  return *runtime;
}

} // namespace llb::engine
