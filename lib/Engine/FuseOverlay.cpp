// SPDX-License-Identifier: Apache-2.0
//
// The file system is mounted here and its descriptor given to the program,
// which then needs no rights to mount and sees no mounts of ours. It is mounted
// where everybody sees it only after the program was started: a copy of the
// mount in the program's own namespace would keep it alive.
#include "FuseOverlay.h"

#include "MountContext.h"

#include "llb/Support/Errors.h"

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/mount.h>
#include <sys/stat.h>

namespace llb::engine {

ProcessKeeper::~ProcessKeeper() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    ended = true;
  }
  changed.notify_all();
  if (thread.joinable())
    thread.join();
}

void ProcessKeeper::run() {
  std::unique_lock<std::mutex> lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return ended || task; });
    if (ended)
      return;
    task();
    task = nullptr;
    changed.notify_all();
  }
}

llvm::Expected<Process> ProcessKeeper::start(const Program &program) {
  std::optional<llvm::Expected<Process>> result;
  std::unique_lock<std::mutex> lock(mutex);
  if (!thread.joinable())
    thread = std::thread([this] { run(); });
  changed.wait(lock, [&] { return !task; });
  task = [&] { result.emplace(Process::start(program)); };
  changed.notify_all();
  changed.wait(lock, [&] { return result.has_value(); });
  return std::move(*result);
}

namespace {

/// The new mount, which nobody sees yet; `device` is the program's end of it.
llvm::Expected<UniqueFd> makeMount(const UniqueFd &device) {
  MountContext context("fuse");
  std::string fd = std::to_string(device.get());
  bool good = context.valid();
  for (auto [key, value] : {std::pair("source", "fuse-overlayfs"),
                            {"subtype", "fuse-overlayfs"},
                            {"fd", fd.c_str()},
                            {"rootmode", "40000"},
                            {"user_id", "0"},
                            {"group_id", "0"}})
    good = good && context.set(key, value);
  // The kernel judges who may do what, as in any file system.
  for (const char *flag : {"default_permissions", "allow_other"})
    good = good && context.setFlag(flag);
  UniqueFd mount;
  if (good)
    mount = context.mount();
  if (!mount.valid())
    return errnoError("a file system by /dev/fuse");
  return mount;
}

/// Without commas and colons, whatever the store is called.
std::string fromLayers(const std::string &root, const std::string &path) {
  return ".." + path.substr(root.size());
}

} // namespace

llvm::Expected<Process>
FuseOverlay::mount(ProcessKeeper &keeper, const std::string &mountPoint) const {
  std::string path = findProgram("fuse-overlayfs");
  if (path.empty())
    return textError("the program fuse-overlayfs is not here; install the "
                     "package fuse-overlayfs");
  UniqueFd device(::open("/dev/fuse", O_RDWR | O_CLOEXEC));
  if (!device.valid())
    return errnoError("/dev/fuse");
  auto mount = makeMount(device);
  if (!mount)
    return mount.takeError();
  std::string options = "lowerdir=";
  for (size_t i = lower.size(); i-- > 0;)
    options += fromLayers(root, lower[i]) + (i ? ":" : "");
  if (!upper.empty())
    options += ",upperdir=" + fromLayers(root, upper) +
               ",workdir=" + fromLayers(root, work);
  Program program;
  program.path = path;
  program.folder = root + "/layers";
  program.noNewPrivileges = true;
  program.descriptor = device.get();
  // What is written goes to its file at once: nothing is left to be written
  // when the program ends. Nobody waits for the disk.
  program.args = {path, "-f", "-o", options + ",writeback=0,fsync=0",
                  "/dev/fd/" + std::to_string(Program::descriptorNumber)};
  auto process = keeper.start(program);
  if (!process)
    return process.takeError();
  device.reset();
  if (!attachMount(*mount, mountPoint))
    return errnoError("mounting " + mountPoint);
  // Waits for the program, and fails if that has ended.
  struct stat info;
  if (::stat(mountPoint.c_str(), &info) == 0)
    return process;
  umount2(mountPoint.c_str(), MNT_DETACH);
  std::string said;
  auto result = process->wait([&](int, std::string_view text) { said += text; },
                              [] { return false; });
  if (!result)
    return result.takeError();
  while (said.ends_with('\n'))
    said.pop_back();
  return textError("fuse-overlayfs: " + (said.empty() ? "it has ended" : said));
}

} // namespace llb::engine
