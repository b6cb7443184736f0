// SPDX-License-Identifier: Apache-2.0
//
// What the walk saw is what there is: a file that appears later is not looked
// at, one that is gone or has changed fails when it is opened.
#include "llb/Engine/Context.h"

#include "llb/Support/Nanoseconds.h"

#include <cerrno>
#include <sys/xattr.h>

namespace llb::engine {

ContextTree::ContextTree(context::Directory dir, context::Snapshot files)
    : dir(std::move(dir)), files(std::move(files)) {
  clock_gettime(CLOCK_REALTIME, &opened);
}

void ContextTree::fillChildren() const {
  children.try_emplace("/");
  for (const context::FileInfo &entry : files.entries()) {
    std::string path = "/" + entry.path;
    children[parentTreePath(path)].push_back(path.substr(path.rfind('/') + 1));
    if (entry.isDirectory())
      children.try_emplace(path);
  }
}

llvm::Expected<std::unique_ptr<ContextTree>>
ContextTree::open(const std::string &path, const context::Filter &filter) {
  auto dir = context::Directory::open(path);
  if (!dir)
    return dir.takeError();
  auto files = context::Snapshot::take(*dir, filter);
  if (!files)
    return files.takeError();
  return std::unique_ptr<ContextTree>(
      new ContextTree(std::move(*dir), std::move(*files)));
}

const context::FileInfo *ContextTree::find(const std::string &path) const {
  auto found = files.find(std::string_view(path).substr(path.starts_with('/')));
  return found ? &files.entries()[*found] : nullptr;
}

int ContextTree::lstat(const std::string &path, FileStat &result) const {
  result = {};
  result.st_nlink = 1;
  if (path == "/") {
    // The directory itself is not sent: a daemon makes one of its own.
    result.st_mode = S_IFDIR | 0755;
    result.st_mtim = result.st_atim = opened;
    return 0;
  }
  const context::FileInfo *info = find(path);
  if (!info)
    return ENOENT;
  result.st_mode = info->mode;
  result.st_size = static_cast<off_t>(info->size);
  result.st_rdev = info->rdev;
  result.st_dev = info->device;
  result.st_ino = info->inode;
  result.st_nlink = info->links;
  constexpr int64_t second = 1000000000;
  result.st_mtim.tv_sec = info->mtime / second;
  result.st_mtim.tv_nsec = info->mtime % second;
  if (result.st_mtim.tv_nsec < 0) {
    result.st_mtim.tv_nsec += second;
    --result.st_mtim.tv_sec;
  }
  result.st_atim = result.st_mtim;
  return 0;
}

int ContextTree::readLink(const std::string &path, std::string &target) const {
  const context::FileInfo *info = find(path);
  if (!info)
    return ENOENT;
  if (!info->isSymlink())
    return EINVAL;
  target = info->target;
  return 0;
}

int ContextTree::list(const std::string &path,
                      std::vector<std::string> &names) const {
  std::call_once(childrenFilled, [this] { fillChildren(); });
  auto found = children.find(path);
  if (found == children.end())
    return find(path) ? ENOTDIR : ENOENT;
  names = found->second;
  return 0;
}

int ContextTree::open(const std::string &path, UniqueFd &fd) const {
  const context::FileInfo *info = find(path);
  if (!info)
    return ENOENT;
  auto file = dir.openFile(info->path);
  if (!file)
    return llvm::errorToErrorCode(file.takeError()).value();
  // Its content would be recorded under the key of what it was.
  struct stat now;
  if (fstat(file->get(), &now))
    return errno;
  if (now.st_ino != info->inode || nanosecondsOf(now.st_ctim) != info->ctime ||
      nanosecondsOf(now.st_mtim) != info->mtime ||
      static_cast<uint64_t>(now.st_size) != info->size)
    return ESTALE;
  fd = std::move(*file);
  return 0;
}

int ContextTree::xattrs(const std::string &path, Xattrs &result) const {
  result.clear();
  const context::FileInfo *info = find(path);
  if (!info || !info->isRegular())
    return 0;
  UniqueFd fd;
  openWithXattrs(path, fd, result);
  return 0;
}

int ContextTree::openWithXattrs(const std::string &path, UniqueFd &fd,
                                Xattrs &result) const {
  result.clear();
  if (int error = open(path, fd))
    return error;
  constexpr const char *name = "security.capability";
  char value[256];
  ssize_t n = fgetxattr(fd.get(), name, value, sizeof value);
  if (n >= 0)
    result.emplace_back(name, std::string(value, static_cast<size_t>(n)));
  return 0;
}

} // namespace llb::engine
