// SPDX-License-Identifier: Apache-2.0
//
// Extraction of tars: archives of ADD, which moby/go-archive unpacks inside a
// chroot, and layers of images, which containerd applies. libarchive only
// reads; every file is made here, confined by the tree, in the order of the
// archive. A path that exists gives way unless it and its successor are
// directories.
#include "FileChange.h"
#include "TarStream.h"

#include "llb/Engine/UserNamespace.h"
#include "llb/Support/GoPath.h"

#include <archive_entry.h>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <set>
#include <sys/sysmacros.h>
#include <vector>

namespace llb::engine {
namespace {

constexpr size_t maxXattrBytes = size_t(1) << 20;
/// ARCHIVE_ERRNO_MISC, which libarchive's header does not give away: here, that
/// what is to be skipped is not all there.
constexpr int unspecificError = -1;

class Extractor {
public:
  Extractor(const TarStream &stream, const DirTree &root, bool layer,
            const std::optional<FileOwner> &owner, const UnpackLimits &limits)
      : stream(stream), reader(stream.get()), root(root), layer(layer),
        owner(owner), limits(limits) {}

  /// Extracts the entry at hand and all that follow.
  llvm::Error run(archive_entry *entry);

private:
  llvm::Error extract(archive_entry *entry);
  int enter(const std::string &path);
  int remove(const std::string &path) {
    entered.clear();
    return root.removeAll(path);
  }
  llvm::Error applyWhiteout(const std::string &from, const std::string &name);
  llvm::Error makeEntry(archive_entry *entry, const std::string &path,
                        const std::string &name);
  llvm::Error writeContent(archive_entry *entry, const std::string &path,
                           UniqueFd &out, const std::string &name);
  llvm::Error setInfo(archive_entry *entry, const std::string &path,
                      const std::string &name, int file);
  static FileTimes timesIn(archive_entry *entry) {
    timespec time{archive_entry_mtime(entry), archive_entry_mtime_nsec(entry)};
    return {time, time};
  }

  const TarStream &stream;
  archive *reader;
  const DirTree &root;
  bool layer;
  const std::optional<FileOwner> &owner;
  const UnpackLimits &limits;
  uint64_t entries = 0, bytes = 0;
  /// Nothing follows the entry at hand.
  bool atEnd = false;
  /// Times of directories, set when nothing more is written into them.
  std::vector<std::pair<std::string, FileTimes>> dirTimes;
  /// The directory of the entry at hand, as its name has it; most have that of
  /// the one before. Empty once something was removed: the same name may lead
  /// elsewhere then. What is only added changes nothing about a directory that
  /// is there.
  std::string entered;
  /// `entered` without links, and open.
  std::string parent;
  UniqueFd dir;
  /// What this layer made, which its own opaque marks leave alone.
  std::set<std::string> made;
};

llvm::Error Extractor::run(archive_entry *entry) {
  for (;;) {
    if (llvm::Error error = extract(entry))
      return error;
    if (atEnd)
      break;
    int status = archive_read_next_header(reader, &entry);
    if (status == ARCHIVE_EOF) {
      if (llvm::Error error = stream.checkEnd())
        return error;
      break;
    }
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
      return archiveError(reader);
  }
  // By their names, whatever has them now: a directory that gave way to
  // something below which its name leads nowhere is a failure in Go, too.
  for (const auto &[path, times] : dirTimes) {
    std::string at, name;
    UniqueFd dir;
    int error = root.resolve(path, /*followLast=*/true, at);
    if (!error)
      error = root.parent(at, dir, name);
    if (!error)
      error = changeTimes(dir.get(), name, times);
    if (error)
      return pathError(error, "chtimes", path);
  }
  return llvm::Error::success();
}

/// Opens the directory `path`, and makes it if need be; 0 or errno.
int Extractor::enter(const std::string &path) {
  if (path == entered)
    return 0;
  entered.clear();
  if (int error = root.resolve(path, /*followLast=*/true, parent))
    return error;
  // An archive of ADD gets no directories behind a link that leads nowhere.
  FileStat there;
  if (layer || root.lstat(path, there) == ENOENT) {
    if (!layer && hasDanglingLink(root, path))
      return EEXIST;
    if (int error = makeDirs(root, parent, 0755, std::nullopt, std::nullopt))
      return error;
  }
  if (int error = root.openAt(parent, O_PATH | O_DIRECTORY, 0, dir))
    return error;
  entered = path;
  return 0;
}

llvm::Error Extractor::extract(archive_entry *entry) {
  if (llvm::Error error = limits.checkEntries(++entries))
    return error;
  const char *raw = archive_entry_pathname(entry);
  if (!raw)
    return archiveError(reader);
  std::string path = go::cleanPath(std::string("/") + raw);
  if (path == "/")
    return llvm::Error::success();
  if (llvm::Error error = checkPathLength(path, "unpacking"))
    return error;
  std::string name = go::basePath(path);
  if (int error = enter(parentTreePath(path)))
    return pathError(error, "unpacking", path);
  if (layer && name.starts_with(whiteoutPrefix))
    return applyWhiteout(parent, name);
  path = joinTreePath(parent, name);
  bool isDir = archive_entry_filetype(entry) == AE_IFDIR &&
               !archive_entry_hardlink(entry);
  FileStat there;
  if (fstatat(dir.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
      !(isDir && S_ISDIR(there.st_mode)))
    if (int error = remove(path))
      return pathError(error, "unpacking", path);
  if (layer)
    made.insert(path);
  return makeEntry(entry, path, name);
}

llvm::Error Extractor::applyWhiteout(const std::string &from,
                                     const std::string &name) {
  if (name != opaqueName) {
    if (std::string_view(name).starts_with(reservedPrefix))
      return llvm::Error::success();
    std::string victim = joinTreePath(from, name.substr(whiteoutPrefix.size()));
    if (victim.ends_with("/") || victim.ends_with("/.") ||
        victim.ends_with("/.."))
      return llvm::createStringError(
          std::make_error_code(std::errc::invalid_argument),
          "%s: not a whiteout of a file", name.c_str());
    if (int error = remove(victim))
      return pathError(error, "unpacking", victim);
    return llvm::Error::success();
  }
  std::vector<std::string> names;
  if (int error = root.list(from, names))
    return pathError(error, "unpacking", from);
  for (const std::string &child : names) {
    std::string path = joinTreePath(from, child);
    auto next = made.lower_bound(path);
    bool isNew =
        next != made.end() && (*next == path || next->starts_with(path + "/"));
    if (isNew)
      continue;
    if (int error = remove(path))
      return pathError(error, "unpacking", path);
  }
  return llvm::Error::success();
}

llvm::Error Extractor::makeEntry(archive_entry *entry, const std::string &path,
                                 const std::string &name) {
  UniqueFd file;
  mode_t mode = archive_entry_perm(entry);
  if (const char *link = archive_entry_hardlink(entry)) {
    std::string clean = go::cleanPath(std::string("/") + link);
    std::string there, base;
    UniqueFd from;
    int error = root.resolve(parentTreePath(clean), /*followLast=*/true, there);
    if (!error)
      error = root.parent(joinTreePath(there, go::basePath(clean)), from, base);
    if (!error && linkat(from.get(), base.c_str(), dir.get(), name.c_str(), 0))
      error = errno;
    if (error)
      return pathError(error, "unpacking a link to " + clean + " at", path);
    return setInfo(entry, path, name, /*file=*/-1);
  }
  switch (archive_entry_filetype(entry)) {
  case AE_IFDIR:
    if (mkdirat(dir.get(), name.c_str(), mode) && errno != EEXIST)
      return pathError(errno, "unpacking", path);
    dirTimes.emplace_back(
        go::cleanPath(std::string("/") + archive_entry_pathname(entry)),
        timesIn(entry));
    break;
  case AE_IFREG:
    if (llvm::Error error = writeContent(entry, path, file, name))
      return error;
    break;
  case AE_IFLNK: {
    const char *target = archive_entry_symlink(entry);
    if (symlinkat(target ? target : "", dir.get(), name.c_str()))
      return pathError(errno, "unpacking", path);
    break;
  }
  case AE_IFCHR:
  case AE_IFBLK:
  case AE_IFIFO:
    if (mknodat(
            dir.get(), name.c_str(),
            mode | static_cast<mode_t>(archive_entry_filetype(entry)),
            makedev(static_cast<unsigned>(archive_entry_rdevmajor(entry)),
                    static_cast<unsigned>(archive_entry_rdevminor(entry))))) {
      // containerd leaves out devices that a user namespace cannot make.
      if (errno == EPERM && isInUserNamespace())
        return llvm::Error::success();
      return pathError(errno, "unpacking", path);
    }
    break;
  default:
    return llvm::createStringError(
        std::make_error_code(std::errc::not_supported),
        "%s: a kind of entry that is not known", path.c_str());
  }
  return setInfo(entry, path, name, file.get());
}

llvm::Error Extractor::writeContent(archive_entry *entry,
                                    const std::string &path, UniqueFd &out,
                                    const std::string &name) {
  bytes += static_cast<uint64_t>(archive_entry_size(entry));
  if (llvm::Error error = limits.checkBytes(bytes))
    return error;
  out = UniqueFd(openat(dir.get(), name.c_str(),
                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                        0600));
  if (!out.valid())
    return pathError(errno, "unpacking", path);
  const void *data;
  size_t size;
  la_int64_t offset, read = 0;
  int status;
  while ((status = archive_read_data_block(reader, &data, &size, &offset)) ==
         ARCHIVE_OK) {
    read = offset + static_cast<la_int64_t>(size);
    for (size_t done = 0; done < size;) {
      ssize_t n = pwrite(out.get(), static_cast<const char *>(data) + done,
                         size - done, offset + static_cast<off_t>(done));
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return pathError(errno, "unpacking", path);
      done += static_cast<size_t>(n);
    }
  }
  // Go does not miss the padding behind the last file.
  atEnd = status == ARCHIVE_FATAL && read == archive_entry_size(entry) &&
          archive_errno(reader) == unspecificError;
  if (status != ARCHIVE_EOF && !atEnd)
    return archiveError(reader);
  // The end of a sparse file may be a hole.
  if (ftruncate(out.get(), archive_entry_size(entry)))
    return pathError(errno, "unpacking", path);
  return llvm::Error::success();
}

/// `file` is the file if it was opened, else -1.
llvm::Error Extractor::setInfo(archive_entry *entry, const std::string &path,
                               const std::string &name, int file) {
  FileOwner own{static_cast<uint32_t>(archive_entry_uid(entry)),
                static_cast<uint32_t>(archive_entry_gid(entry))};
  int error = changeOwner(dir.get(), name, owner.value_or(own));
  archive_entry_xattr_reset(entry);
  const char *key;
  const void *value;
  size_t size;
  while (!error &&
         archive_entry_xattr_next(entry, &key, &value, &size) == ARCHIVE_OK) {
    if (size > maxXattrBytes || !key)
      continue;
    int failed = setXattr(dir.get(), name, key,
                          std::string(static_cast<const char *>(value), size));
    if (failed && failed != ENOTSUP && failed != EPERM)
      error = failed;
  }
  // Not before the owner, a new one takes set-id bits away.
  mode_t mode = archive_entry_perm(entry);
  if (!error && file >= 0)
    error = fchmod(file, mode) ? errno : 0;
  else if (!error && archive_entry_filetype(entry) != AE_IFLNK)
    error = changeMode(dir.get(), name, mode);
  // Of a link that has another name go-archive leaves the times alone, unlike
  // the owner; containerd sets them.
  FileStat info;
  bool keepsTimes =
      !layer && archive_entry_hardlink(entry) &&
      fstatat(dir.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISLNK(info.st_mode);
  if (!error && !keepsTimes)
    error = changeTimes(dir.get(), name, timesIn(entry));
  return error ? pathError(error, "unpacking", path) : llvm::Error::success();
}

} // namespace

/// Opens an archive and reads its first header. Damage behind that is an error,
/// and no reason to copy the file.
static bool beginArchive(TarStream &stream, int file, archive_entry *&entry) {
  if (llvm::Error error = stream.open(file))
    llvm::consumeError(std::move(error));
  else if (archive_read_next_header(stream.get(), &entry) == ARCHIVE_OK)
    return true;
  lseek(file, 0, SEEK_SET);
  return false;
}

bool isArchive(int file) {
  UnpackLimits limits;
  TarStream stream(limits);
  archive_entry *entry = nullptr;
  bool is = beginArchive(stream, file, entry);
  lseek(file, 0, SEEK_SET);
  return is;
}

llvm::Expected<bool> unpackInto(int archiveFd, const DirTree &target,
                                const std::string &dest,
                                const std::optional<FileOwner> &owner,
                                const std::optional<FileTimes> &times,
                                const UnpackLimits &limits) {
  TarStream stream(limits);
  archive_entry *entry = nullptr;
  if (!beginArchive(stream, archiveFd, entry))
    return false;
  std::string path;
  int error = target.resolve(dest, /*followLast=*/true, path);
  if (!error)
    error = makeDirs(target, path, 0755, owner, times);
  UniqueFd root;
  if (!error)
    error = target.openAt(path, O_PATH | O_DIRECTORY, 0, root);
  if (error)
    return pathError(error, "mkdir", dest);
  DirTree tree(std::move(root));
  if (llvm::Error failed =
          Extractor(stream, tree, /*layer=*/false, owner, limits).run(entry))
    return failed;
  return true;
}

llvm::Expected<Digest> applyLayer(int archiveFd, const DirTree &target,
                                  const UnpackLimits &limits) {
  TarStream stream(limits);
  if (llvm::Error error = stream.open(archiveFd))
    return error;
  archive_entry *entry = nullptr;
  int status = archive_read_next_header(stream.get(), &entry);
  if (status != ARCHIVE_EOF) {
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
      return archiveError(stream.get());
    if (llvm::Error error =
            Extractor(stream, target, /*layer=*/true, std::nullopt, limits)
                .run(entry))
      return error;
  }
  return stream.finish();
}

} // namespace llb::engine
