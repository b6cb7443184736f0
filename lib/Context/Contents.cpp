// SPDX-License-Identifier: Apache-2.0
//
// The index and the walk are in the same order, so looking up is a merge of two
// lists. What is left to read is cut into pieces of neighbouring files, which
// share a directory and so the way to it.
//
// A file is the same as its record if path, size, inode and both times are. A
// change within one tick of the file system's clock would not be seen so: what
// was changed since the tick in which reading began is not remembered.
#include "llb/Context/Contents.h"
#include "DirectoryEntry.h"
#include "HashIndex.h"
#include "llb/Support/Hasher.h"
#include "llb/Support/Nanoseconds.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <llvm/ADT/StringExtras.h>
#include <map>
#include <mutex>
#include <sys/xattr.h>
#include <thread>
#include <unistd.h>

namespace llb::context {
namespace {

/// Neighbouring files that one thread takes at a time.
constexpr size_t pieceSize = 32;
/// A record that so many writers had no use for is dropped.
constexpr uint8_t mostUnused = 8;

/// The time that the kernel would give a change made now.
int64_t fileSystemTime() {
  timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return nanosecondsOf(now);
}

/// Whether a later change of the file would have another time. File systems
/// that keep whole seconds, even or not, show it by their times.
bool isSettled(const FileInfo &info, int64_t began) {
  int64_t tick = info.ctime % 1'000'000'000 == 0 ? 2'000'000'000 : 0;
  return info.ctime < began - tick && info.mtime < began - tick;
}

/// As BuildKit's content digest has it: what systems add by themselves is left
/// out.
bool counts(std::string_view name) {
  if (name.starts_with("security."))
    return name == "security.capability";
  return !name.starts_with("system.");
}

std::string readXattrs(int fd) {
  static constexpr std::string_view none("0\0", 2);
  char small[256];
  std::string large;
  const char *list = small;
  ssize_t size = flistxattr(fd, small, sizeof small);
  if (size < 0 && errno == ERANGE) {
    large.resize(64 << 10);
    list = large.data();
    size = flistxattr(fd, large.data(), large.size());
  }
  if (size <= 0)
    return std::string(none);
  std::vector<std::string> names;
  for (const char *at = list; at < list + size; at += names.back().size() + 1)
    names.emplace_back(at);
  std::erase_if(names, [](const std::string &name) { return !counts(name); });
  std::sort(names.begin(), names.end());
  std::string text, value;
  size_t count = 0;
  for (const std::string &name : names) {
    value.resize(64 << 10);
    ssize_t length = fgetxattr(fd, name.c_str(), value.data(), value.size());
    if (length < 0)
      continue;
    ++count;
    text += name + '\0' +
            llvm::toHex(
                llvm::StringRef(value).substr(0, static_cast<size_t>(length)),
                /*LowerCase=*/true) +
            '\0';
  }
  return std::to_string(count) + '\0' + text;
}

/// Finds files from the directory that the last one was in.
class Opener {
public:
  explicit Opener(const Directory &directory) : directory(directory) {}

  /// Sets `fd`, or returns errno.
  int open(const FileInfo &info, UniqueFd &fd) {
    size_t slash = info.path.rfind('/');
    std::string_view inside =
        slash == std::string::npos
            ? std::string_view()
            : std::string_view(info.path).substr(0, slash);
    if (!parent.valid() || inside != folder) {
      if (int error = openFolder(inside))
        return error;
    }
    const char *name =
        info.path.c_str() + (slash == std::string::npos ? 0 : slash + 1);
    // A pipe must not block.
    fd = UniqueFd(openat(parent.get(), name,
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
                             (info.isDirectory() ? O_DIRECTORY : 0)));
    return fd.valid() ? 0 : errno;
  }

private:
  int openFolder(std::string_view path) {
    UniqueFd current(fcntl(directory.getFd(), F_DUPFD_CLOEXEC, 0));
    if (!current.valid())
      return errno;
    std::string_view rest = path;
    while (!rest.empty()) {
      std::string_view name = rest.substr(0, rest.find('/'));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      UniqueFd next;
      if (int error = openDirectory(current.get(), std::string(name), next))
        return error;
      current = std::move(next);
    }
    parent = std::move(current);
    folder = path;
    return 0;
  }

  const Directory &directory;
  std::string folder;
  UniqueFd parent;
};

/// Reads one entry. `stays` tells whether it was all the while what the walk
/// saw.
llvm::Error readEntry(Opener &opener, const FileInfo &info,
                      FileContent &content, bool &stays) {
  UniqueFd fd;
  if (int error = opener.open(info, fd))
    return fileError(info.path, error);
  struct stat status;
  if (fstat(fd.get(), &status) != 0)
    return fileError(info.path, errno);
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    return fileError(info.path, EINVAL);
  content.xattrs = readXattrs(fd.get());
  if (S_ISREG(status.st_mode)) {
    Hasher hasher;
    char buffer[128 << 10];
    uint64_t done = 0;
    for (;;) {
      ssize_t size = ::read(fd.get(), buffer, sizeof buffer);
      if (size < 0 && errno == EINTR)
        continue;
      if (size < 0)
        return fileError(info.path, errno);
      if (size == 0)
        break;
      hasher.update(buffer, static_cast<size_t>(size));
      done += static_cast<uint64_t>(size);
      // The end of most files is known without another call.
      if (done == static_cast<uint64_t>(status.st_size) &&
          static_cast<size_t>(size) < sizeof buffer)
        break;
    }
    content.digest = hasher.finish();
    if (fstat(fd.get(), &status) != 0)
      return fileError(info.path, errno);
  }
  FileInfo now;
  setStatus(status, now);
  stays = now.size == info.size && now.mtime == info.mtime &&
          now.ctime == info.ctime && now.inode == info.inode;
  return llvm::Error::success();
}

bool isSame(const HashRecord &record, const FileInfo &info) {
  return record.size == info.size && record.mtime == info.mtime &&
         record.ctime == info.ctime && record.inode == info.inode;
}

/// What readers of missing files have in common.
struct Reading {
  const Directory &directory;
  const std::vector<FileInfo> &files;
  /// 0: as many as there are processors.
  unsigned threads;
  /// In the time of the file system.
  int64_t began;
};

/// Reads the files and directories in `missing`, on several threads. `settled`
/// gets a flag for each: whether it may be remembered.
llvm::Error readFiles(const std::vector<size_t> &missing,
                      const Reading &reading,
                      std::vector<FileContent> &contents,
                      std::vector<char> &settled) {
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  // Of several errors the first in the order of the walk is told.
  std::map<size_t, llvm::Error> failures;
  auto work = [&] {
    Opener opener(reading.directory);
    for (;;) {
      size_t first = next.fetch_add(pieceSize);
      size_t end = std::min(first + pieceSize, missing.size());
      for (size_t k = first; k < end; ++k) {
        const FileInfo &info = reading.files[missing[k]];
        bool stayed = false;
        llvm::Error error =
            readEntry(opener, info, contents[missing[k]], stayed);
        settled[k] = stayed && isSettled(info, reading.began);
        if (error) {
          std::lock_guard<std::mutex> lock(mutex);
          failures.emplace(k, std::move(error));
          break;
        }
      }
      if (end == missing.size())
        return;
    }
  };
  size_t threads =
      reading.threads ? reading.threads : std::thread::hardware_concurrency();
  threads =
      std::clamp<size_t>(std::min(threads, missing.size() / pieceSize), 1, 64);
  std::vector<std::thread> helpers;
  for (size_t i = 1; i < threads; ++i)
    helpers.emplace_back(work);
  work();
  for (std::thread &helper : helpers)
    helper.join();
  if (failures.empty())
    return llvm::Error::success();
  llvm::Error error = std::move(failures.begin()->second);
  for (auto &[k, other] : failures)
    llvm::consumeError(std::move(other));
  return error;
}

/// Records of the files that are flagged in `remembered`, and of those in
/// `kept` that some writer has had a use for; both in the order of the walk.
std::vector<HashRecord> makeRecords(const std::vector<FileInfo> &files,
                                    const std::vector<FileContent> &contents,
                                    const std::vector<bool> &remembered,
                                    const std::vector<HashRecord> &kept) {
  std::vector<HashRecord> records;
  records.reserve(files.size() + kept.size());
  auto other = kept.begin();
  auto takeKept = [&] {
    if (other->unused < mostUnused) {
      records.push_back(*other);
      ++records.back().unused;
    }
    ++other;
  };
  for (size_t i = 0; i < files.size(); ++i) {
    while (other != kept.end() && walksBefore(other->path, files[i].path))
      takeKept();
    if (!remembered[i])
      continue;
    records.push_back({files[i].path, files[i].size, files[i].mtime,
                       files[i].ctime, files[i].inode, contents[i].digest,
                       contents[i].xattrs, 0});
  }
  while (other != kept.end())
    takeKept();
  return records;
}

/// `$XDG_CACHE_HOME/llbc/hashes`, by default in `~/.cache`; empty if neither
/// variable is set.
std::string defaultIndexDirectory() {
  const char *cache = std::getenv("XDG_CACHE_HOME");
  if (cache && *cache == '/')
    return std::string(cache) + "/llbc/hashes";
  const char *home = std::getenv("HOME");
  return home && *home ? std::string(home) + "/.cache/llbc/hashes" : "";
}

} // namespace

ContentOptions ContentOptions::from(const std::string &hashIndex) {
  ContentOptions options;
  if (hashIndex.empty())
    options.indexDirectory = defaultIndexDirectory();
  else if (hashIndex != "none")
    options.indexDirectory = hashIndex;
  return options;
}

llvm::Error Contents::read(const std::vector<size_t> &entries) {
  const std::vector<FileInfo> &files = snapshot.entries();
  contents.resize(files.size());
  known.resize(files.size());
  std::vector<bool> wanted(files.size());
  bool any = false;
  for (size_t entry : entries)
    if (!known[entry] &&
        (files[entry].isRegular() || files[entry].isDirectory()))
      any = wanted[entry] = true;
  if (!any)
    return llvm::Error::success();

  int64_t began = fileSystemTime();
  HashIndex index;
  if (!options.indexDirectory.empty())
    index = HashIndex::load(options.indexDirectory, directory, trouble);
  const std::vector<HashRecord> &old = index.records();
  std::vector<size_t> missing;
  // Records that were of no use to this walk, with where they stand in it.
  std::vector<HashRecord> kept;
  size_t at = 0;
  for (size_t i = 0; i < files.size(); ++i) {
    for (; at < old.size() && walksBefore(old[at].path, files[i].path); ++at)
      kept.push_back(old[at]);
    bool listed = at < old.size() && old[at].path == files[i].path;
    if (!wanted[i]) {
      if (listed)
        kept.push_back(old[at++]);
      continue;
    }
    if (listed && isSame(old[at], files[i])) {
      contents[i] = {old[at].digest, std::string(old[at].xattrs)};
      known[i] = true;
    } else {
      missing.push_back(i);
    }
    at += listed;
  }
  kept.insert(kept.end(), old.begin() + static_cast<std::ptrdiff_t>(at),
              old.end());
  if (missing.empty())
    return llvm::Error::success();

  std::vector<char> settled(missing.size());
  if (llvm::Error error =
          readFiles(missing, {directory, files, options.threads, began},
                    contents, settled))
    return error;
  for (size_t entry : missing)
    known[entry] = true;
  if (options.indexDirectory.empty())
    return llvm::Error::success();

  std::vector<bool> remembered = std::move(wanted);
  for (size_t k = 0; k < missing.size(); ++k)
    if (!settled[k])
      remembered[missing[k]] = false;
  index.save(makeRecords(files, contents, remembered, kept), trouble);
  return llvm::Error::success();
}

} // namespace llb::context
