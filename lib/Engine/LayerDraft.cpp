// SPDX-License-Identifier: Apache-2.0
//
// What overlayfs does with changes, done to descriptions: a directory below
// that something changes in is copied up with its mode, owner, times and
// attributes, a new directory in place of something else hides it, and whatever
// changes in a directory gives it the time now.
#include "LayerDraft.h"

#include "llb/Support/WriteAll.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <sys/mman.h>

namespace llb::engine {

/// Drafts lie on top of each other, so no two have a number in common.
static ino_t nextInode() {
  static std::atomic<ino_t> last{0};
  return ++last;
}

LayerDraft::LayerDraft(std::shared_ptr<const Tree> below)
    : lower(std::move(below)) {
  root.file = std::make_shared<File>();
  FileStat &info = root.file->info;
  if (!lower || lower->lstat("/", info)) {
    info = {};
    info.st_mode = S_IFDIR | 0755;
  }
  info.st_ino = nextInode();
  root.hides = !lower;
}

/// The components of a clean absolute path, from the first on.
static std::string_view nextName(std::string_view &rest) {
  while (rest.starts_with('/'))
    rest.remove_prefix(1);
  std::string_view name = rest.substr(0, rest.find('/'));
  rest.remove_prefix(name.size());
  return name;
}

LayerDraft::Found LayerDraft::find(const std::string &path) const {
  const Node *node = &root;
  std::string_view rest = path;
  for (std::string_view name = nextName(rest); !name.empty();
       name = nextName(rest)) {
    if (!S_ISDIR(node->file->info.st_mode))
      return {nullptr, ENOTDIR};
    auto child = node->children.find(name);
    if (child == node->children.end())
      return {nullptr, node->hides ? ENOENT : 0};
    node = &child->second;
    if (node->gone)
      return {nullptr, ENOENT};
  }
  return {node, 0};
}

int LayerDraft::lstat(const std::string &path, FileStat &result) const {
  Found found = find(path);
  if (found.node)
    result = found.node->file->info;
  else if (!found.error)
    return lower->lstat(path, result);
  return found.error;
}

int LayerDraft::readLink(const std::string &path, std::string &target) const {
  Found found = find(path);
  if (!found.node)
    return found.error ? found.error : lower->readLink(path, target);
  if (!S_ISLNK(found.node->file->info.st_mode))
    return EINVAL;
  target = found.node->file->text;
  return 0;
}

int LayerDraft::list(const std::string &path,
                     std::vector<std::string> &names) const {
  Found found = find(path);
  names.clear();
  if (!found.node)
    return found.error ? found.error : lower->list(path, names);
  if (!S_ISDIR(found.node->file->info.st_mode))
    return ENOTDIR;
  if (!found.node->hides)
    if (int error = lower->list(path, names))
      return error;
  const auto &children = found.node->children;
  std::erase_if(
      names, [&](const std::string &name) { return children.contains(name); });
  for (const auto &[name, node] : children)
    if (!node.gone)
      names.push_back(name);
  std::sort(names.begin(), names.end());
  return 0;
}

int LayerDraft::open(const std::string &path, UniqueFd &fd) const {
  Found found = find(path);
  if (!found.node)
    return found.error ? found.error : lower->open(path, fd);
  const File &file = *found.node->file;
  if (!S_ISREG(file.info.st_mode))
    return EINVAL;
  if (file.source)
    return file.source->open(file.path, fd);
  fd = UniqueFd(memfd_create("file", MFD_CLOEXEC));
  if (!fd.valid())
    return errno;
  if (int error = writeAll(fd.get(), file.text))
    return error;
  return lseek(fd.get(), 0, SEEK_SET) ? errno : 0;
}

int LayerDraft::xattrs(const std::string &path, Xattrs &result) const {
  Found found = find(path);
  if (!found.node)
    return found.error ? found.error : lower->xattrs(path, result);
  const File &file = *found.node->file;
  if (file.sharesXattrs())
    return file.source->xattrs(file.path, result);
  result = file.xattrs;
  return 0;
}

int LayerDraft::openWithXattrs(const std::string &path, UniqueFd &fd,
                               Xattrs &result) const {
  Found found = find(path);
  if (found.node && found.node->file->sharesXattrs())
    return found.node->file->source->openWithXattrs(found.node->file->path, fd,
                                                    result);
  return Tree::openWithXattrs(path, fd, result);
}

void LayerDraft::touch(File &file) {
  clock_gettime(CLOCK_REALTIME_COARSE, &file.info.st_mtim);
}

int LayerDraft::openNode(const std::string &path, Node *&node) {
  if (path == "/") {
    node = &root;
    return 0;
  }
  std::string parentPath = parentTreePath(path);
  Node *parent;
  if (int error = openDir(parentPath, parent))
    return error;
  std::string name = path.substr(path.rfind('/') + 1);
  auto child = parent->children.find(name);
  if (child != parent->children.end()) {
    node = &child->second;
    return node->gone ? ENOENT : 0;
  }
  if (parent->hides)
    return ENOENT;
  auto file = std::make_shared<File>();
  if (int error = lower->lstat(path, file->info))
    return error;
  file->info.st_ino = nextInode();
  file->info.st_nlink = 1;
  if (S_ISLNK(file->info.st_mode)) {
    if (int error = lower->readLink(path, file->text))
      return error;
  } else {
    lower->xattrs(path, file->xattrs);
  }
  if (S_ISREG(file->info.st_mode)) {
    file->source = lower.get();
    file->path = path;
  }
  node = &parent->children[name];
  node->file = std::move(file);
  return 0;
}

int LayerDraft::openDir(const std::string &path, Node *&node) {
  if (lastDir && path == lastPath) {
    node = lastDir;
    return 0;
  }
  if (int error = openNode(path, node))
    return error;
  if (!S_ISDIR(node->file->info.st_mode))
    return ENOTDIR;
  lastPath = path;
  lastDir = node;
  return 0;
}

int LayerDraft::add(const std::string &path, mode_t mode,
                    std::shared_ptr<File> file) {
  FileStat there;
  if (int error = lstat(path, there); error != ENOENT)
    return error ? error : EEXIST;
  Node *parent;
  if (int error = openDir(parentTreePath(path), parent))
    return error;
  Node &node = parent->children[path.substr(path.rfind('/') + 1)];
  node.gone = false;
  bool isNew = !file->info.st_ino;
  node.file = std::move(file);
  FileStat &info = node.file->info;
  if (isNew) {
    const FileStat &above = parent->file->info;
    info.st_mode = mode;
    info.st_ino = nextInode();
    if (above.st_mode & S_ISGID) {
      info.st_gid = above.st_gid;
      if (S_ISDIR(mode))
        info.st_mode |= S_ISGID;
    }
    touch(*node.file);
    info.st_atim = info.st_mtim;
  }
  ++info.st_nlink;
  node.hides = S_ISDIR(info.st_mode);
  touch(*parent->file);
  return 0;
}

int LayerDraft::makeDir(const std::string &path, mode_t mode) {
  return add(path, S_IFDIR | (mode & 01777), std::make_shared<File>());
}

int LayerDraft::makeSymlink(const std::string &path, const std::string &text) {
  auto file = std::make_shared<File>();
  file->text = text;
  file->info.st_size = static_cast<off_t>(text.size());
  return add(path, S_IFLNK | 0777, std::move(file));
}

int LayerDraft::makeDevice(const std::string &path, mode_t mode, dev_t device) {
  auto file = std::make_shared<File>();
  file->info.st_rdev = device;
  // As mknod(2) has it, no type is a file.
  return add(path, mode & S_IFMT ? mode : mode | S_IFREG, std::move(file));
}

int LayerDraft::makeLink(const std::string &existing, const std::string &path) {
  Node *node;
  if (int error = openNode(existing, node))
    return error;
  return add(path, node->file->info.st_mode, node->file);
}

int LayerDraft::copyFile(const Tree &source, const std::string &from,
                         const std::string &path, off_t &size) {
  FileStat info;
  if (int error = source.lstat(from, info))
    return error;
  auto file = std::make_shared<File>();
  file->source = &source;
  file->path = from;
  file->info.st_size = size = info.st_size;
  return add(path, S_IFREG | 0600, std::move(file));
}

int LayerDraft::writeFile(const std::string &path, mode_t mode,
                          std::string_view content) {
  FileStat there;
  int missing = lstat(path, there);
  if (missing && missing != ENOENT)
    return missing;
  if (!missing && S_ISDIR(there.st_mode))
    return EISDIR;
  if (!missing && !S_ISREG(there.st_mode)) {
    whole = false;
    return 0;
  }
  if (missing)
    if (int error =
            add(path, S_IFREG | (mode & 07777), std::make_shared<File>()))
      return error;
  Node *node;
  if (int error = openNode(path, node))
    return error;
  File &file = *node->file;
  file.source = nullptr;
  file.text = content;
  file.info.st_size = static_cast<off_t>(content.size());
  touch(file);
  return 0;
}

int LayerDraft::unlink(const std::string &path) {
  FileStat info;
  if (int error = lstat(path, info))
    return error;
  return S_ISDIR(info.st_mode) ? EISDIR : removeAll(path);
}

void LayerDraft::unlinkAll(const Node &node) {
  if (node.file)
    --node.file->info.st_nlink;
  for (const auto &[name, child] : node.children)
    unlinkAll(child);
}

int LayerDraft::removeAll(const std::string &path) {
  FileStat info, under;
  if (int error = lstat(path, info))
    return error == ENOENT || error == ENOTDIR ? 0 : error;
  Node *parent;
  if (int error = openDir(parentTreePath(path), parent))
    return error;
  std::string name = path.substr(path.rfind('/') + 1);
  auto child = parent->children.find(name);
  if (child != parent->children.end()) {
    unlinkAll(child->second);
    parent->children.erase(child);
    // It may have lain in there.
    lastDir = nullptr;
  }
  if (!parent->hides && lower->lstat(path, under) == 0)
    parent->children[name].gone = true;
  touch(*parent->file);
  return 0;
}

int LayerDraft::setMode(const std::string &path, mode_t mode) {
  Node *node;
  if (int error = openNode(path, node))
    return error;
  FileStat &info = node->file->info;
  if (!S_ISLNK(info.st_mode))
    info.st_mode = (info.st_mode & S_IFMT) | (mode & 07777);
  return 0;
}

int LayerDraft::setOwner(const std::string &path, const FileOwner &owner) {
  Node *node;
  if (int error = openNode(path, node))
    return error;
  FileStat &info = node->file->info;
  info.st_uid = owner.uid;
  info.st_gid = owner.gid;
  return 0;
}

int LayerDraft::setTimes(const std::string &path, const FileTimes &times) {
  Node *node;
  if (int error = openNode(path, node))
    return error;
  node->file->info.st_atim = times.access;
  node->file->info.st_mtim = times.modification;
  return 0;
}

int LayerDraft::setInfo(const std::string &path, const FileInfo &info) {
  Node *node;
  if (int error = openNode(path, node))
    return error;
  File &file = *node->file;
  file.info.st_uid = info.owner.uid;
  file.info.st_gid = info.owner.gid;
  file.info.st_atim = info.times.access;
  file.info.st_mtim = info.times.modification;
  if (S_ISLNK(file.info.st_mode))
    return 0;
  file.info.st_mode = (file.info.st_mode & S_IFMT) | (info.mode & 07777);
  for (const auto &item : info.xattrs) {
    whole = whole && item.first == "security.capability";
    std::erase_if(file.xattrs,
                  [&](const auto &old) { return old.first == item.first; });
    file.xattrs.push_back(item);
  }
  std::sort(file.xattrs.begin(), file.xattrs.end());
  return 0;
}

} // namespace llb::engine
