// SPDX-License-Identifier: Apache-2.0
//
// A folder that is forgotten gets another name first, so that nobody finds it
// who does not have it yet, and goes when nobody has it any more. Between open
// and lock a folder may be renamed: what was locked counts only if the name
// still leads to it.
#include "CacheMounts.h"

#include "llb/Support/LeadsTo.h"
#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <utility>

namespace llb::engine {
namespace {

constexpr std::string_view forgottenMark = ".forgotten-";

std::string folderOf(const Store &store, const std::string &id) {
  return store.root() + "/cache/" + hexDigits(Digest::of(id));
}

llvm::Error makeFolder(Store &store, const std::string &folder,
                       const std::string &id) {
  if (::access(folder.c_str(), F_OK) == 0)
    return llvm::Error::success();
  std::string fresh = store.temporaryPath();
  if (mkdir(fresh.c_str(), 0700))
    return errnoError(fresh);
  UniqueFd file(::open((fresh + "/id").c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid() || writeAll(file.get(), id))
    return errnoError(fresh);
  if (::rename(fresh.c_str(), folder.c_str()) && errno != EEXIST &&
      errno != ENOTEMPTY)
    return errnoError(folder);
  return llvm::Error::success();
}

} // namespace

std::string cacheIdOf(const ir::Mount &mount) {
  return mount.cacheOpt && !mount.cacheOpt->id.empty() ? mount.cacheOpt->id
                                                       : mount.dest;
}

std::string cacheFolderName(const Store &store, const std::string &id,
                            const Snapshot &base) {
  std::string name = folderOf(store, id) + "/base";
  for (LayerId layer : base.layers)
    name += "-" + std::to_string(layer);
  return name;
}

llvm::Expected<CacheFolder>
lockCacheFolder(Store &store, const CacheUse &use,
                const std::function<void()> &waiting,
                const std::function<bool()> &canceled) {
  std::string folder = folderOf(store, use.id);
  if (llvm::Error error = makeFolder(store, folder, use.id))
    return error;
  std::string name = cacheFolderName(store, use.id, use.base);
  ir::CacheSharing sharing = use.sharing;
  bool isPrivate = sharing == ir::CacheSharing::Private;
  int kind = sharing == ir::CacheSharing::Shared ? LOCK_SH : LOCK_EX;
  constexpr useconds_t pause = 20000;
  bool told = false;
  for (unsigned copy = 0;;) {
    CacheFolder result;
    result.path = copy ? name + "." + std::to_string(copy) : name;
    if (mkdir(result.path.c_str(), 0700) && errno != EEXIST)
      return errnoError(result.path);
    result.lock = UniqueFd(
        ::open(result.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!result.lock.valid() && errno == ENOENT)
      continue;
    if (!result.lock.valid())
      return errnoError(result.path);
    if (flock(result.lock.get(), kind | LOCK_NB) == 0) {
      if (!leadsTo(result.path, result.lock.get()))
        continue;
      // When it was last of use.
      futimens(result.lock.get(), nullptr);
      return result;
    }
    if (errno != EWOULDBLOCK && errno != EINTR)
      return errnoError(result.path);
    if (isPrivate) {
      ++copy;
      continue;
    }
    if (canceled())
      return llvm::createStringError(
          std::make_error_code(std::errc::operation_canceled), "canceled");
    if (!std::exchange(told, true))
      waiting();
    usleep(pause);
  }
}

llvm::Error forgetCache(Store &store, const std::string &id) {
  std::string folder = folderOf(store, id);
  DirTree dir = DirTree::openPath(folder);
  std::vector<std::string> names;
  if (!dir.valid() || dir.list("/", names))
    return llvm::Error::success();
  for (const std::string &name : names) {
    if (name == "id")
      continue;
    std::string path = folder + "/" + name;
    if (name.find(forgottenMark) == std::string::npos) {
      std::string renamed =
          path + std::string(forgottenMark) + store.uniqueName();
      if (::rename(path.c_str(), renamed.c_str())) {
        if (errno == ENOENT)
          continue;
        return errnoError(path);
      }
      path = renamed;
    }
    UniqueFd lock(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (lock.valid() && flock(lock.get(), LOCK_EX | LOCK_NB) == 0)
      Store::removeTree(path);
  }
  return llvm::Error::success();
}

} // namespace llb::engine
