// SPDX-License-Identifier: Apache-2.0
//
// Layers are applied to a tree in memory that has no regular files. The rules
// are those of Unpack.cpp: a path that exists gives way unless it and its
// successor are directories, and links in the middle of a path are followed.
#include "llb/Engine/ImageDirs.h"

#include "FileChange.h"
#include "TarStream.h"
#include "llb/Engine/Tree.h"
#include "llb/Support/Errors.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoPath.h"

#include <cerrno>
#include <map>
#include <set>

namespace llb::engine {

class ImageDirs::Listing : public Tree {
public:
  struct Entry {
    /// Type and permissions, as in stat.
    mode_t mode = S_IFDIR | 0755;
    uint32_t uid = 0;
    uint32_t gid = 0;
    bool xattrs = false;
    std::string target;
  };

  explicit Listing(const UnpackLimits &limits) : limits(limits) {
    entries["/"] = {};
  }

  int lstat(const std::string &path, FileStat &result) const override {
    auto found = entries.find(path);
    if (found == entries.end())
      return ENOENT;
    result = {};
    result.st_mode = found->second.mode;
    return 0;
  }
  int readLink(const std::string &path, std::string &target) const override {
    auto found = entries.find(path);
    if (found == entries.end())
      return ENOENT;
    target = found->second.target;
    return S_ISLNK(found->second.mode) ? 0 : EINVAL;
  }
  int list(const std::string &, std::vector<std::string> &) const override {
    return ENOTSUP;
  }
  int open(const std::string &, UniqueFd &) const override { return ENOTSUP; }
  int xattrs(const std::string &, Xattrs &) const override { return ENOTSUP; }

  llvm::Error apply(archive_entry *entry);
  /// Between two layers.
  void endLayer() { made.clear(); }
  const std::map<std::string, Entry> &all() const { return entries; }

private:
  void makeParents(const std::string &path);
  void erase(const std::string &path);
  void applyWhiteout(const std::string &dir, const std::string &name);
  llvm::Error place(archive_entry *entry, const std::string &path);

  UnpackLimits limits;
  std::map<std::string, Entry> entries;
  /// What the layer at hand made, which its own opaque marks leave alone.
  std::set<std::string> made;
};

void ImageDirs::Listing::makeParents(const std::string &path) {
  for (std::string at = path; entries.try_emplace(at).second && at != "/";)
    at = parentTreePath(at);
}

void ImageDirs::Listing::erase(const std::string &path) {
  entries.erase(path);
  // '0' is the character after '/'.
  entries.erase(entries.lower_bound(path + '/'),
                entries.lower_bound(path + '0'));
}

void ImageDirs::Listing::applyWhiteout(const std::string &dir,
                                       const std::string &name) {
  if (name != opaqueName) {
    if (!std::string_view(name).starts_with(reservedPrefix))
      erase(joinTreePath(dir, name.substr(whiteoutPrefix.size())));
    return;
  }
  std::string inside = dir == "/" ? dir : dir + '/';
  for (auto at = entries.upper_bound(inside);
       at != entries.end() && at->first.starts_with(inside);) {
    const std::string &path = at->first;
    auto next = made.lower_bound(path);
    bool isNew =
        next != made.end() && (*next == path || next->starts_with(path + '/'));
    at = isNew ? std::next(at) : entries.erase(at);
  }
}

llvm::Error ImageDirs::Listing::apply(archive_entry *entry) {
  const char *raw = archive_entry_pathname(entry);
  if (!raw)
    return textError("the archive has an entry without a name");
  std::string path = go::cleanPath(std::string("/") + raw);
  if (path == "/")
    return llvm::Error::success();
  // Unpacking would end here too; each directory of a longer one costs memory.
  if (llvm::Error error = checkPathLength(path, "listing"))
    return error;
  std::string name = go::basePath(path);
  std::string parent;
  if (int error = resolve(parentTreePath(path), /*followLast=*/true, parent))
    return pathError(error, "listing", path);
  makeParents(parent);
  if (std::string_view(name).starts_with(whiteoutPrefix)) {
    applyWhiteout(parent, name);
    return llvm::Error::success();
  }
  path = joinTreePath(parent, name);
  made.insert(path);
  if (llvm::Error error = place(entry, path))
    return error;
  return limits.checkEntries(entries.size() + made.size());
}

llvm::Error ImageDirs::Listing::place(archive_entry *entry,
                                      const std::string &path) {
  if (const char *link = archive_entry_hardlink(entry)) {
    std::string clean = go::cleanPath(std::string("/") + link);
    std::string parent;
    if (int error = resolve(parentTreePath(clean), /*followLast=*/true, parent))
      return pathError(error, "listing", path);
    auto found = entries.find(joinTreePath(parent, go::basePath(clean)));
    std::optional<Entry> same;
    if (found != entries.end())
      same = found->second;
    erase(path);
    if (same)
      entries[path] = *same;
    return llvm::Error::success();
  }
  mode_t type = archive_entry_filetype(entry);
  auto found = entries.find(path);
  bool stays =
      found != entries.end() && S_ISDIR(found->second.mode) && type == AE_IFDIR;
  if (!stays)
    erase(path);
  if (type == AE_IFREG)
    return llvm::Error::success();
  Entry &made = entries[path];
  made.mode = type | archive_entry_perm(entry);
  made.uid = static_cast<uint32_t>(archive_entry_uid(entry));
  made.gid = static_cast<uint32_t>(archive_entry_gid(entry));
  made.xattrs |= archive_entry_xattr_count(entry) != 0;
  if (const char *target = archive_entry_symlink(entry))
    made.target = target;
  return llvm::Error::success();
}

ImageDirs::ImageDirs(const UnpackLimits &limits)
    : limits(limits), listing(std::make_unique<Listing>(limits)) {}
ImageDirs::~ImageDirs() = default;

llvm::Expected<Digest> ImageDirs::addLayer(int fd) {
  TarStream stream(limits);
  if (llvm::Error error = stream.open(fd))
    return error;
  archive_entry *entry = nullptr;
  int status;
  while ((status = archive_read_next_header(stream.get(), &entry)) !=
         ARCHIVE_EOF) {
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
      return archiveError(stream.get());
    if (llvm::Error error = listing->apply(entry))
      return error;
  }
  listing->endLayer();
  return stream.finish();
}

std::string ImageDirs::json() const {
  std::string out = "[";
  for (const auto &[path, entry] : listing->all()) {
    out += out.size() > 1 ? ",{\"path\":" : "{\"path\":";
    go::appendJsonString(out, path);
    if (!S_ISDIR(entry.mode)) {
      out += ",\"type\":\"other\"}";
      continue;
    }
    char mode[16];
    snprintf(mode, sizeof mode, "%o", entry.mode & 07777U);
    out += std::string(",\"mode\":\"") + mode + '"';
    if (entry.uid)
      out += ",\"uid\":" + std::to_string(entry.uid);
    if (entry.gid)
      out += ",\"gid\":" + std::to_string(entry.gid);
    if (entry.xattrs)
      out += ",\"xattrs\":true";
    out += '}';
  }
  return out + ']';
}

} // namespace llb::engine
