// SPDX-License-Identifier: Apache-2.0
//
// The layer's directory is walked in the order of names. An entry that is the
// same below is no change; a directory counts by its mode, owner, device and
// capability alone. Whatever is written brings its directories along, each once
// and even if nothing about them changed. Below an opaque directory both sides
// are compared name by name, since there the layer does not say what is gone.
#include "llb/Backend/LayerTar.h"

#include "EntryQueue.h"

#include "llb/Engine/LayerForm.h"
#include "llb/Support/Errors.h"
#include "llb/Support/GoPath.h"

#include <cerrno>
#include <map>
#include <set>
#include <sys/sysmacros.h>

namespace llb::backend {
namespace {

using engine::FileStat;
using engine::joinTreePath;
using engine::LayerEntry;
using engine::parentTreePath;
using engine::Tree;

constexpr int maxDepth = 2048;

llvm::Error layerError(int error, const std::string &path) {
  errno = error;
  return errnoError(path);
}

class LayerWriter {
public:
  LayerWriter(const Tree &layer, const Tree *below,
              std::optional<int64_t> epoch, const ByteSink &sink)
      : layer(layer), below(below), epoch(epoch), queue(layer, sink) {}

  llvm::Error run() {
    if (llvm::Error error = walk("/", 0, below != nullptr))
      return error;
    return queue.finish();
  }

private:
  /// `isBelow`: whether the directory may be there below, too.
  llvm::Error walk(const std::string &dir, int depth, bool isBelow);
  llvm::Error visit(const std::string &path, const LayerEntry &entry, int depth,
                    bool parentBelow);
  llvm::Error walkOpaque(const std::string &dir, int depth);
  llvm::Error writeWhiteout(const std::string &path);
  llvm::Error writeParents(const std::string &path);
  llvm::Error write(const std::string &path, const FileStat &info,
                    bool unchanged = false);
  llvm::Expected<bool> isSame(const std::string &path, const FileStat &above,
                              const FileStat &under) {
    return engine::isSameEntry(layer, above, *below, under, path);
  }
  int statBelow(const std::string &path, FileStat &info) const {
    return below ? below->lstat(path, info) : ENOENT;
  }

  const Tree &layer;
  const Tree *below;
  std::optional<int64_t> epoch;
  EntryQueue queue;
  std::set<std::string> writtenDirs;
  /// First names of files with several links, and names of unchanged ones that
  /// came before.
  std::map<ino_t, std::string> linkSources;
  std::map<ino_t, std::vector<std::pair<std::string, FileStat>>> linkWaiting;
};

llvm::Error LayerWriter::walk(const std::string &dir, int depth, bool isBelow) {
  if (depth > maxDepth)
    return layerError(ENAMETOOLONG, dir);
  std::vector<LayerEntry> entries;
  if (int error = engine::listLayer(layer, dir, entries))
    return layerError(error, dir);
  for (const LayerEntry &entry : entries)
    if (llvm::Error error =
            visit(joinTreePath(dir, entry.name), entry, depth, isBelow))
      return error;
  return llvm::Error::success();
}

llvm::Error LayerWriter::visit(const std::string &path, const LayerEntry &entry,
                               int depth, bool parentBelow) {
  const FileStat &info = entry.info;
  FileStat under;
  int missing = parentBelow ? statBelow(path, under) : ENOENT;
  if (missing && missing != ENOENT && missing != ENOTDIR)
    return layerError(missing, path);
  if (entry.isWhiteout)
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
  if (!missing && layer.isOpaque(path))
    return walkOpaque(path, depth + 1);
  return walk(path, depth + 1, !missing && S_ISDIR(under.st_mode));
}

/// Compares a directory that hides what is below it with what is below it.
llvm::Error LayerWriter::walkOpaque(const std::string &dir, int depth) {
  if (depth > maxDepth)
    return layerError(ENAMETOOLONG, dir);
  std::vector<LayerEntry> entries;
  if (int error = engine::listLayer(layer, dir, entries))
    return layerError(error, dir);
  std::map<std::string, FileStat> above;
  for (LayerEntry &entry : entries)
    if (!entry.isWhiteout)
      above.emplace(std::move(entry.name), entry.info);
  std::vector<std::string> under;
  // A file below hides nothing but itself.
  below->list(dir, under);
  std::set<std::string> names(under.begin(), under.end());
  for (const auto &[name, info] : above)
    names.insert(name);
  for (const std::string &name : names) {
    std::string path = joinTreePath(dir, name);
    FileStat other;
    auto found = above.find(name);
    int missing = statBelow(path, other);
    if (found == above.end()) {
      if (!missing)
        if (llvm::Error error = writeWhiteout(path))
          return error;
      continue;
    }
    const FileStat &info = found->second;
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
      if (llvm::Error error = both ? walkOpaque(path, depth + 1)
                                   : walk(path, depth + 1, /*isBelow=*/false))
        return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error LayerWriter::writeWhiteout(const std::string &path) {
  if (llvm::Error error = writeParents(path))
    return error;
  TarEntry entry;
  entry.name =
      joinTreePath(parentTreePath(path), ".wh." + go::basePath(path)).substr(1);
  entry.pax = false;
  return queue.add(entry);
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
  // BuildKit reads the tar and writes it anew then, without a wish for PAX.
  entry.pax = !epoch;
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
  bool hasContent = entry.type == '0' && entry.size;
  // Of others it comes when the file is opened.
  if (!hasContent || info.st_nlink > 1)
    setCapability(entry, engine::capabilityOf(layer, path));
  if (llvm::Error error = writeParents(path))
    return error;
  if (S_ISDIR(info.st_mode))
    writtenDirs.insert(path);
  if (llvm::Error error = hasContent
                              ? queue.addFile(entry, path, info.st_nlink > 1)
                              : queue.add(entry))
    return error;
  for (const auto &[name, other] : waiting) {
    TarEntry link = entry;
    link.name = name.substr(1);
    link.type = '1';
    link.link = entry.name;
    link.size = 0;
    if (llvm::Error error = writeParents(name))
      return error;
    if (llvm::Error error = queue.add(link))
      return error;
  }
  return llvm::Error::success();
}

} // namespace

llvm::Error writeLayerTar(const Tree &layer, const Tree *below,
                          std::optional<int64_t> epoch, const ByteSink &sink) {
  return LayerWriter(layer, below, epoch, sink).run();
}

} // namespace llb::backend
