// SPDX-License-Identifier: Apache-2.0
//
// Who removes a folder of tmp/ first takes its lock, so a living process never
// loses its own.
#include "llb/Engine/Store.h"

#include "PowerCut.h"
#include "llb/Engine/Tree.h"
#include "llb/Support/LeadsTo.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace llb::engine {
namespace {

int makeDirs(const std::string &path) {
  for (size_t at = 1; at != std::string::npos;) {
    at = path.find('/', at);
    std::string part = path.substr(0, at);
    if (mkdir(part.c_str(), 0711) && errno != EEXIST)
      return errno;
    if (at != std::string::npos)
      ++at;
  }
  return 0;
}

} // namespace

std::string Store::defaultRoot() {
  if (const char *data = std::getenv("XDG_DATA_HOME"); data && *data)
    return std::string(data) + "/llbc";
  if (const char *home = std::getenv("HOME"); home && *home)
    return std::string(home) + "/.local/share/llbc";
  return "/var/lib/llbc";
}

std::string layerPath(const std::string &root, int64_t layer) {
  return root + "/layers/" + std::to_string(layer);
}

int64_t nowNanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string resultName(const Digest &key, int64_t output) {
  return key.str() + ":" + std::to_string(output);
}

std::optional<std::vector<int64_t>> findWholeResult(Index &index,
                                                    const std::string &root,
                                                    const std::string &name) {
  auto layers = index.findResult(name);
  if (layers)
    for (int64_t layer : *layers)
      if (::access(layerPath(root, layer).c_str(), F_OK) &&
          !findWholeBlob(index, root, layer))
        return std::nullopt;
  return layers;
}

llvm::Expected<std::unique_ptr<Store>> Store::open(const std::string &root) {
  std::unique_ptr<Store> store(new Store);
  store->rootPath = root;
  if (int error = makeDirs(root)) {
    errno = error;
    return errnoError(root);
  }
  char resolved[PATH_MAX];
  if (!realpath(root.c_str(), resolved))
    return errnoError(root);
  store->rootPath = resolved;
  std::string lock = store->rootPath + "/lock";
  store->useLock =
      UniqueFd(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!store->useLock.valid() || flock(store->useLock.get(), LOCK_SH))
    return errnoError(lock);
  if (llvm::Error error = store->makeFolders())
    return error;
  // A database that two make at once would be busy for one of them.
  std::string opening = store->rootPath + "/index.lock";
  UniqueFd making(::open(opening.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!making.valid() || flock(making.get(), LOCK_EX))
    return errnoError(opening);
  std::string path = store->rootPath + "/index.db";
  auto index =
      store->lostIndex()
          ? llvm::Expected<std::unique_ptr<Index>>(llvm::createStringError(
                std::make_error_code(std::errc::bad_message),
                "the cache index: not there (%s)", path.c_str()))
          : Index::open(path);
  if (!index) {
    if (llvm::Error error = store->repair(index.takeError()))
      return error;
    index = Index::open(path);
    if (!index)
      return index.takeError();
  }
  dropUnwritten(store->rootPath, **index);
  making.reset();
  store->records = std::move(*index);
  store->sweep();
  return store;
}

/// Whether there are layers, and nothing that knows of them.
bool Store::lostIndex() const {
  for (const char *suffix : {"", "-wal"}) {
    struct stat info;
    if (::stat((rootPath + "/index.db" + suffix).c_str(), &info) == 0 &&
        info.st_size > 0)
      return false;
  }
  DirTree layers = DirTree::openPath(rootPath + "/layers");
  std::vector<std::string> names;
  return layers.valid() && layers.list("/", names) == 0 && !names.empty();
}

/// Begins with an empty index where `error` is that it is damaged. Numbers of
/// layers start anew, so what was called by them goes: layers, and the cache
/// mounts that began as layers. Blobs stay, they have names of their own.
llvm::Error Store::repair(llvm::Error error) {
  bool damaged = false;
  std::string text;
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &info) {
    damaged = info.convertToErrorCode() == std::errc::bad_message;
    text = info.message();
  });
  if (!damaged)
    return textError(text);
  if (flock(useLock.get(), LOCK_EX | LOCK_NB))
    return textError(text + "; it is made anew when no other build uses " +
                     rootPath);
  std::string old = temporaryPath();
  if (::rename((rootPath + "/layers").c_str(), old.c_str()) && errno != ENOENT)
    return errnoError(rootPath + "/layers");
  if (int failed = makeDirs(rootPath + "/layers")) {
    errno = failed;
    return errnoError(rootPath + "/layers");
  }
  removeTree(old);
  DirTree caches = DirTree::openPath(rootPath + "/cache");
  std::vector<std::string> folders, names;
  if (caches.valid())
    caches.list("/", folders);
  for (const std::string &folder : folders) {
    names.clear();
    caches.list("/" + folder, names);
    for (const std::string &name : names)
      if (name.starts_with("base-"))
        caches.removeAll("/" + folder + "/" + name);
  }
  // The mark last: what is left off here is taken up by the next.
  for (const char *suffix : {"", "-wal", "-shm", ".damaged"})
    ::unlink((rootPath + "/index.db" + suffix).c_str());
  if (flock(useLock.get(), LOCK_SH))
    return errnoError(rootPath + "/lock");
  repaired = text;
  return llvm::Error::success();
}

llvm::Error Store::makeFolders() {
  for (const char *name :
       {"/blobs/sha256", "/layers", "/cache", "/tmp", "/work"}) {
    std::string path = rootPath + name;
    if (int error = makeDirs(path)) {
      errno = error;
      return errnoError(path);
    }
  }
  std::string marker = rootPath + "/oci-layout";
  UniqueFd fd(::open(marker.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  constexpr std::string_view text = "{\"imageLayoutVersion\":\"1.0.0\"}";
  if (!fd.valid() || ::write(fd.get(), text.data(), text.size()) < 0)
    return errnoError(marker);

  std::string pattern = rootPath + "/tmp/XXXXXX";
  // Between mkdtemp and the lock a sweeper may take the folder away.
  for (int attempt = 0; attempt < 10; ++attempt) {
    std::string folder = pattern;
    if (!mkdtemp(folder.data()))
      return errnoError(pattern);
    UniqueFd lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat info;
    if (lock.valid() && flock(lock.get(), LOCK_EX | LOCK_NB) == 0 &&
        ::stat(folder.c_str(), &info) == 0) {
      ownFolder = folder;
      ownLock = std::move(lock);
      return llvm::Error::success();
    }
  }
  return errnoError(pattern);
}

void Store::sweep() {
  for (const char *name : {"/tmp", "/work"}) {
    std::string folder = rootPath + name;
    DIR *dir = opendir(folder.c_str());
    if (!dir)
      continue;
    while (dirent *entry = readdir(dir)) {
      std::string path = folder + "/" + entry->d_name;
      if (entry->d_name[0] == '.' || path == ownFolder)
        continue;
      UniqueFd lock(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
      if (lock.valid() && flock(lock.get(), LOCK_EX | LOCK_NB) == 0 &&
          leadsTo(path, lock.get()))
        removeTree(path);
    }
    closedir(dir);
  }
}

std::string Store::fullNote() const {
  constexpr uint64_t enough = uint64_t(1) << 20;
  struct statvfs info;
  if (::statvfs(rootPath.c_str(), &info))
    return "";
  uint64_t free = uint64_t(info.f_bavail) * info.f_frsize;
  return free < enough || (info.f_files && info.f_favail == 0)
             ? "; " + std::to_string(free) + " bytes are free in " + rootPath
             : "";
}

bool Store::lockAlone() { return flock(useLock.get(), LOCK_EX | LOCK_NB) == 0; }

Store::~Store() {
  if (!memoryFolder.empty())
    umount2(memoryFolder.c_str(), MNT_DETACH);
  if (!ownFolder.empty())
    removeTree(ownFolder);
}

void Store::removeTree(const std::string &path) {
  size_t slash = path.rfind('/');
  DirTree parent = DirTree::openPath(path.substr(0, slash));
  if (parent.valid())
    parent.removeAll(path.substr(slash));
}

std::string Store::uniqueName() {
  return ownFolder.substr(ownFolder.rfind('/') + 1) + "-" +
         std::to_string(counter++);
}

std::string Store::memoryPath() {
  std::call_once(memoryTried, [this] {
    std::string folder = temporaryPath();
    if (mkdir(folder.c_str(), 0711) == 0 &&
        ::mount("tmpfs", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV,
                "mode=0711") == 0)
      memoryFolder = folder;
  });
  return memoryFolder.empty() ? temporaryPath()
                              : memoryFolder + "/" + std::to_string(counter++);
}

std::string Store::temporaryPath() {
  return ownFolder + "/" + std::to_string(counter++);
}

} // namespace llb::engine
