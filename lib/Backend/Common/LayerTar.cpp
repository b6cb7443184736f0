// SPDX-License-Identifier: Apache-2.0
//
// The layer's directory is walked in the order of names. An entry that is the
// same below is no change; a directory counts by its mode, owner, device and
// capability alone. Whatever is written brings its directories along, each once
// and even if nothing about them changed. Below an opaque directory both sides
// are compared name by name, since there the layer does not say what is gone.
#include "llb/Backend/LayerTar.h"

#include "llb/Support/GoPath.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

namespace llb::backend {
namespace {

using engine::DirTree;
using engine::FileStat;
using engine::joinTreePath;
using engine::parentTreePath;

constexpr const char *capabilityName = "security.capability";
constexpr int maxDepth = 2048;

llvm::Error layerError(int error, const std::string &path) {
  errno = error;
  return errnoError(path);
}

class LayerWriter {
public:
  LayerWriter(const DirTree &layer, const std::string &layerPath,
              const DirTree *below, std::optional<int64_t> epoch,
              const ByteSink &sink)
      : layer(layer), layerPath(layerPath), below(below), epoch(epoch),
        tar(sink) {}

  llvm::Error run() {
    if (llvm::Error error = walk("/", 0))
      return error;
    return tar.finish();
  }

private:
  llvm::Error walk(const std::string &dir, int depth);
  llvm::Error visit(const std::string &path, int depth);
  llvm::Error walkOpaque(const std::string &dir, int depth);
  llvm::Error writeWhiteout(const std::string &path);
  llvm::Error writeParents(const std::string &path);
  llvm::Error write(const std::string &path, const FileStat &info,
                    bool unchanged = false);
  llvm::Error writeContent(const std::string &path, const FileStat &info);
  llvm::Expected<bool> isSame(const std::string &path, const FileStat &above,
                              const FileStat &under);
  bool isWhiteout(const FileStat &info) const {
    return S_ISCHR(info.st_mode) && info.st_rdev == 0;
  }
  bool isOpaque(const std::string &path) const;
  int statBelow(const std::string &path, FileStat &info) const {
    return below ? below->lstat(path, info) : ENOENT;
  }
  static std::string capability(const DirTree &tree, const std::string &path);

  const DirTree &layer;
  std::string layerPath;
  const DirTree *below;
  std::optional<int64_t> epoch;
  TarWriter tar;
  std::set<std::string> writtenDirs;
  /// First names of files with several links, and names of unchanged ones that
  /// came before.
  std::map<ino_t, std::string> linkSources;
  std::map<ino_t, std::vector<std::pair<std::string, FileStat>>> linkWaiting;
};

std::string LayerWriter::capability(const DirTree &tree,
                                    const std::string &path) {
  engine::Xattrs xattrs;
  tree.xattrs(path, xattrs);
  for (const auto &[name, value] : xattrs)
    if (name == capabilityName)
      return value;
  return {};
}

bool LayerWriter::isOpaque(const std::string &path) const {
  std::string full = layerPath + path;
  for (const char *name : {"trusted.overlay.opaque", "user.overlay.opaque"}) {
    char value = 0;
    if (lgetxattr(full.c_str(), name, &value, 1) == 1 && value == 'y')
      return true;
  }
  return false;
}

llvm::Error LayerWriter::walk(const std::string &dir, int depth) {
  if (depth > maxDepth)
    return layerError(ENAMETOOLONG, dir);
  std::vector<std::string> names;
  if (int error = layer.list(dir, names))
    return layerError(error, dir);
  for (const std::string &name : names)
    if (llvm::Error error = visit(joinTreePath(dir, name), depth))
      return error;
  return llvm::Error::success();
}

llvm::Error LayerWriter::visit(const std::string &path, int depth) {
  FileStat info, under;
  if (int error = layer.lstat(path, info))
    return layerError(error, path);
  int missing = statBelow(path, under);
  if (missing && missing != ENOENT && missing != ENOTDIR)
    return layerError(missing, path);
  if (isWhiteout(info))
    return missing ? llvm::Error::success() : writeWhiteout(path);
  bool same = false;
  if (!missing) {
    auto answer = isSame(path, info, under);
    if (!answer)
      return answer.takeError();
    same = *answer;
  }
  if (!same)
    if (llvm::Error error = write(path, info))
      return error;
  if (!S_ISDIR(info.st_mode))
    return llvm::Error::success();
  if (!missing && isOpaque(path))
    return walkOpaque(path, depth + 1);
  return walk(path, depth + 1);
}

/// Compares a directory that hides what is below it with what is below it.
llvm::Error LayerWriter::walkOpaque(const std::string &dir, int depth) {
  if (depth > maxDepth)
    return layerError(ENAMETOOLONG, dir);
  std::vector<std::string> above, under;
  if (int error = layer.list(dir, above))
    return layerError(error, dir);
  // A file below hides nothing but itself.
  below->list(dir, under);
  std::vector<std::string> names;
  std::set_union(above.begin(), above.end(), under.begin(), under.end(),
                 std::back_inserter(names));
  for (const std::string &name : names) {
    std::string path = joinTreePath(dir, name);
    FileStat info, other;
    int gone = layer.lstat(path, info);
    if (gone == 0 && isWhiteout(info))
      gone = ENOENT;
    int missing = statBelow(path, other);
    if (gone) {
      if (!missing)
        if (llvm::Error error = writeWhiteout(path))
          return error;
      continue;
    }
    bool same = false;
    if (!missing) {
      auto answer = isSame(path, info, other);
      if (!answer)
        return answer.takeError();
      same = *answer;
    }
    bool linked = !S_ISDIR(info.st_mode) && info.st_nlink > 1;
    if (!same || linked)
      if (llvm::Error error = write(path, info, /*unchanged=*/same))
        return error;
    if (S_ISDIR(info.st_mode)) {
      bool both = !missing && S_ISDIR(other.st_mode);
      if (llvm::Error error =
              both ? walkOpaque(path, depth + 1) : walk(path, depth + 1))
        return error;
    }
  }
  return llvm::Error::success();
}

llvm::Expected<bool> LayerWriter::isSame(const std::string &path,
                                         const FileStat &above,
                                         const FileStat &under) {
  if (above.st_mode != under.st_mode || above.st_uid != under.st_uid ||
      above.st_gid != under.st_gid || above.st_rdev != under.st_rdev ||
      capability(layer, path) != capability(*below, path))
    return false;
  if (S_ISDIR(above.st_mode))
    return true;
  if (above.st_size != under.st_size ||
      above.st_mtim.tv_sec != under.st_mtim.tv_sec)
    return false;
  if (above.st_mtim.tv_nsec != 0 || under.st_mtim.tv_nsec != 0)
    return above.st_mtim.tv_nsec == under.st_mtim.tv_nsec;
  // Times without fractions come from tars and tell little.
  if (S_ISLNK(above.st_mode)) {
    std::string a, b;
    layer.readLink(path, a);
    below->readLink(path, b);
    return a == b;
  }
  if (!S_ISREG(above.st_mode) || above.st_size == 0)
    return true;
  UniqueFd a, b;
  if (int error = layer.open(path, a))
    return layerError(error, path);
  if (int error = below->open(path, b))
    return layerError(error, path);
  char left[32768], right[32768];
  for (;;) {
    ssize_t n = ::read(a.get(), left, sizeof left);
    ssize_t m = ::read(b.get(), right, sizeof right);
    if (n < 0 || m < 0)
      return layerError(errno, path);
    if (n != m || std::memcmp(left, right, static_cast<size_t>(n)))
      return false;
    if (n == 0)
      return true;
  }
}

llvm::Error LayerWriter::writeWhiteout(const std::string &path) {
  if (llvm::Error error = writeParents(path))
    return error;
  TarEntry entry;
  entry.name =
      joinTreePath(parentTreePath(path), ".wh." + go::basePath(path)).substr(1);
  entry.pax = false;
  return tar.header(entry);
}

llvm::Error LayerWriter::writeParents(const std::string &path) {
  std::string parent = parentTreePath(path);
  if (parent == "/" || !writtenDirs.insert(parent).second)
    return llvm::Error::success();
  FileStat info;
  if (int error = layer.lstat(parent, info))
    return layerError(error, parent);
  return write(parent, info);
}

llvm::Error LayerWriter::write(const std::string &path, const FileStat &info,
                               bool unchanged) {
  if (S_ISSOCK(info.st_mode))
    return llvm::Error::success();
  TarEntry entry;
  entry.name = path.substr(1);
  entry.mode = info.st_mode & 07777;
  entry.uid = info.st_uid;
  entry.gid = info.st_gid;
  entry.mtime = info.st_mtim.tv_sec;
  if (epoch && entry.mtime > *epoch)
    entry.mtime = *epoch;
  switch (info.st_mode & S_IFMT) {
  case S_IFDIR:
    entry.type = '5';
    entry.name += '/';
    break;
  case S_IFLNK:
    entry.type = '2';
    if (int error = layer.readLink(path, entry.link))
      return layerError(error, path);
    break;
  case S_IFCHR:
  case S_IFBLK:
    entry.type = S_ISCHR(info.st_mode) ? '3' : '4';
    entry.major = gnu_dev_major(info.st_rdev);
    entry.minor = gnu_dev_minor(info.st_rdev);
    break;
  case S_IFIFO:
    entry.type = '6';
    break;
  default:
    entry.size = info.st_size;
  }
  std::vector<std::pair<std::string, FileStat>> waiting;
  if (!S_ISDIR(info.st_mode) && info.st_nlink > 1) {
    auto source = linkSources.find(info.st_ino);
    if (source != linkSources.end()) {
      entry.type = '1';
      entry.link = source->second;
      entry.size = 0;
    } else if (unchanged) {
      linkWaiting[info.st_ino].emplace_back(path, info);
      return llvm::Error::success();
    } else {
      linkSources[info.st_ino] = entry.name;
      waiting = std::move(linkWaiting[info.st_ino]);
    }
  } else if (unchanged) {
    return llvm::Error::success();
  }
  if (std::string value = capability(layer, path); !value.empty())
    entry.records[std::string("SCHILY.xattr.") + capabilityName] = value;
  if (llvm::Error error = writeParents(path))
    return error;
  if (S_ISDIR(info.st_mode))
    writtenDirs.insert(path);
  if (llvm::Error error = tar.header(entry))
    return error;
  if (entry.type == '0' && entry.size)
    if (llvm::Error error = writeContent(path, info))
      return error;
  for (const auto &[name, other] : waiting) {
    TarEntry link = entry;
    link.name = name.substr(1);
    link.type = '1';
    link.link = entry.name;
    link.size = 0;
    if (llvm::Error error = writeParents(name))
      return error;
    if (llvm::Error error = tar.header(link))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error LayerWriter::writeContent(const std::string &path,
                                      const FileStat &info) {
  UniqueFd fd;
  if (int error = layer.open(path, fd))
    return layerError(error, path);
  return tar.contentOf(fd.get(), info.st_size, path);
}

} // namespace

llvm::Error writeLayerTar(engine::Snapshots &snapshots,
                          const engine::Snapshot &below, engine::LayerId layer,
                          std::optional<int64_t> epoch, const ByteSink &sink) {
  std::string path = snapshots.layerPath(layer);
  DirTree tree = DirTree::openPath(path);
  if (!tree.valid())
    return errnoError(path);
  std::optional<engine::MountedTree> mount;
  std::optional<DirTree> lower;
  if (!below.layers.empty()) {
    auto view = snapshots.view(below);
    if (!view)
      return view.takeError();
    lower = view->tree();
    if (!lower->valid())
      return errnoError(view->path());
    mount = std::move(*view);
  }
  return LayerWriter(tree, path, lower ? &*lower : nullptr, epoch, sink).run();
}

} // namespace llb::backend
