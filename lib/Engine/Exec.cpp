// SPDX-License-Identifier: Apache-2.0
//
// crun sees cgroup2 only and is told to leave cgroups alone.
#include "llb/Engine/Exec.h"

#include "Cgroup2.h"
#include "ContainerSpec.h"
#include "DeviceGroup.h"
#include "llb/Engine/Store.h"
#include "llb/Engine/UserNamespace.h"
#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <signal.h>

namespace llb::engine {
namespace {

constexpr std::string_view idPrefix = "llbc-";

bool writeFile(const std::string &path, std::string_view text) {
  UniqueFd fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  return fd.valid() && writeAll(fd.get(), text) == 0;
}

} // namespace

/// Removes the control group `id` from every hierarchy; with an empty id, those
/// of processes that are gone. A runtime that is killed leaves its own.
static void removeCgroups(const std::string &id) {
  const std::string top = "/sys/fs/cgroup";
  DirTree root = DirTree::openPath(top);
  std::vector<std::string> hierarchies, groups;
  if (!root.valid() || root.list("/", hierarchies))
    return;
  hierarchies.push_back(".");
  for (const std::string &hierarchy : hierarchies) {
    if (root.list("/" + hierarchy, groups))
      continue;
    for (const std::string &group : groups) {
      if (id.empty()) {
        // Behind the prefix is the number of the process that made it.
        if (!group.starts_with(idPrefix) ||
            kill(std::atoi(group.c_str() + idPrefix.size()), 0) == 0)
          continue;
      } else if (group != id) {
        continue;
      }
      rmdir((top + "/" + hierarchy + "/" + group).c_str());
    }
  }
}

llvm::Expected<Runtime> Runtime::find() {
  for (const char *name : {"crun", "runc"}) {
    std::string path = findProgram(name);
    if (path.empty())
      continue;
    bool isCrun = std::string_view(name) == "crun";
    if (!isCrun)
      removeCgroups("");
    Runtime result{path, isCrun, nullptr, ""};
    if (!isCrun)
      return result;
    UniqueFd hierarchy = openCgroup2();
    if (!hierarchy.valid())
      return errnoError("crun needs cgroup2, and there is none");
    if (llvm::Error error = mountCgroup2(hierarchy))
      return error;
    if (isInUserNamespace())
      return result;
    if (auto group = DeviceGroup::make(hierarchy))
      result.devices = std::make_shared<DeviceGroup>(std::move(*group));
    else
      result.withoutDevices = llvm::toString(group.takeError());
    return result;
  }
  return llvm::createStringError(
      std::make_error_code(std::errc::no_such_file_or_directory),
      "RUN needs a container runtime, and there is none; install the package "
      "crun or runc");
}

llvm::Expected<ExecResult> runContainer(const Runtime &runtime,
                                        const Container &container,
                                        const OutputSink &output,
                                        const std::function<bool()> &canceled) {
  DirTree root = DirTree::openPath(container.root);
  if (!root.valid())
    return errnoError(container.root);
  auto user = findContainerUser(root, container.meta.user);
  if (!user)
    return user.takeError();
  std::string id = std::string(idPrefix) + std::to_string(getpid()) + "-" +
                   container.bundle.substr(container.bundle.rfind('/') + 1);
  if (!writeFile(container.bundle + "/config.json",
                 writeContainerSpec(container, *user,
                                    runtime.isCrun ? std::string() : id)))
    return errnoError(container.bundle + "/config.json");

  Program program;
  program.path = runtime.path;
  program.args = {runtime.path, "--root=" + container.bundle + "/state"};
  if (runtime.isCrun)
    program.args.push_back("--cgroup-manager=disabled");
  program.args.insert(program.args.end(),
                      {"run", "--bundle", container.bundle, id});
  program.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
                 "/bin"};
  if (container.security != ir::SecurityMode::Insecure) {
    if (runtime.devices)
      program.cgroup = runtime.devices->fd();
    else if (!runtime.withoutDevices.empty())
      program.noDevices = container.root;
  }
  auto process = Process::start(program);
  if (!process)
    return process.takeError();
  auto result = process->wait(output, canceled);
  if (!runtime.isCrun)
    removeCgroups(id);
  return result;
}

} // namespace llb::engine
