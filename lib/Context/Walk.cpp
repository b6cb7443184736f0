// SPDX-License-Identifier: Apache-2.0
//
// The walk keeps a stack of directories with their names, and descriptors of
// the innermost few only: trees may be deeper than a process may have files.
// On the way up a closed directory is opened again through `..` of its child
// and must be the one that it was; one that was moved meanwhile is left.
//
// Directories that may hold something to send are walked even if they are not
// sent themselves; they are sent late, before the first file in them that is.
//
// What the stack needs next is the next names of a directory and the
// directories among them. Where there are many files other threads look at
// those ahead; in which order they do changes nothing.
#include "llb/Context/Walk.h"
#include "VisitQueue.h"

#include <cerrno>
#include <fcntl.h>

namespace llb::context {
namespace {

constexpr size_t maxOpen = 64;
/// How many directories of one are begun ahead.
constexpr size_t window = 8;
/// A walk of fewer files is over before a thread has begun.
constexpr size_t fewFiles = 400;

class Walker {
public:
  Walker(const Directory &directory, const FolderVisit::Settings &settings,
         llvm::function_ref<void(FileInfo, const Xattrs &)> sent)
      : root(directory), settings(settings), sent(sent) {}

  llvm::Error run();

private:
  using Visit = std::shared_ptr<FolderVisit>;

  struct Level {
    SharedFd fd;
    std::shared_ptr<const Folder> folder;
    /// The names at hand, those after them if they were begun, and the place in
    /// the first.
    Visit current, following;
    size_t next = 0;
    /// The directories from `next` up to `seen` of `current`, begun.
    std::deque<Visit> directories;
    size_t seen = 0;
    /// Its own entry, until it is sent.
    std::optional<Visited> unsent;
    /// It was moved; its remaining names have no place to be looked up in.
    bool isLost = false;
  };

  Visit opening(const Level &level, Visited &directory) const;
  Visit continued(const Level &level) const;
  void lookAhead(Level &level);
  llvm::Error visitDirectory(Level &level, Visited entry);
  void enter(Visit visit, std::optional<Visited> unsent);
  llvm::Error advance(Level &level);
  void leave();
  void send(const Visited &file, FileInfo info);
  /// How many names are looked at in one piece. All levels of a deep tree have
  /// some.
  size_t pieceSize() const { return levels.size() < 32 ? 128 : 8; }

  const Directory &root;
  const FolderVisit::Settings &settings;
  llvm::function_ref<void(FileInfo, const Xattrs &)> sent;
  std::deque<Level> levels;
  size_t count = 0;
  VisitQueue queue;
};

void Walker::send(const Visited &file, FileInfo info) {
  // Above a directory that was sent all were.
  size_t first = levels.size();
  while (first > 0 && levels[first - 1].unsent)
    --first;
  for (; first < levels.size(); ++first) {
    Visited late = std::move(*levels[first].unsent);
    levels[first].unsent.reset();
    sent(std::move(late.info), late.xattrs);
  }
  sent(std::move(info), file.xattrs);
}

/// The entry keeps what it takes to send it.
Walker::Visit Walker::opening(const Level &level, Visited &directory) const {
  const std::string &path = directory.info.path;
  Folder folder;
  folder.prefix = path + '/';
  folder.include = std::move(directory.include);
  folder.exclude = std::move(directory.exclude);
  return std::make_shared<FolderVisit>(settings, level.fd,
                                       path.substr(level.folder->prefix.size()),
                                       std::move(folder), pieceSize());
}

Walker::Visit Walker::continued(const Level &level) const {
  return std::make_shared<FolderVisit>(settings, level.fd, level.folder,
                                       level.current->end, pieceSize());
}

void Walker::lookAhead(Level &level) {
  std::vector<Visited> &entries = level.current->entries;
  for (; level.seen < entries.size() && level.directories.size() < window &&
         queue.hasRoom(level.directories.size());
       ++level.seen)
    if (entries[level.seen].info.isDirectory())
      queue.add(
          level.directories.emplace_back(opening(level, entries[level.seen])));
  if (!level.following && !level.current->failure && queue.hasRoom(0) &&
      level.current->end < level.folder->names.size())
    queue.add(level.following = continued(level));
}

void Walker::enter(Visit visit, std::optional<Visited> unsent) {
  Level level;
  level.fd = std::move(visit->fd);
  level.folder = visit->folder;
  level.current = std::move(visit);
  level.unsent = std::move(unsent);
  levels.push_back(std::move(level));
  if (levels.size() > maxOpen)
    levels[levels.size() - 1 - maxOpen].fd.reset();
  lookAhead(levels.back());
}

void Walker::leave() {
  SharedFd child = std::move(levels.back().fd);
  levels.pop_back();
  if (levels.empty() || levels.back().fd)
    return;
  Level &level = levels.back();
  UniqueFd parent(child
                      ? openat(child->get(), "..",
                               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                      : -1);
  struct stat status;
  if (parent.valid() && fstat(parent.get(), &status) == 0 &&
      status.st_dev == level.folder->device &&
      status.st_ino == level.folder->inode) {
    level.fd = std::make_shared<const UniqueFd>(std::move(parent));
    return;
  }
  level.isLost = true;
  for (const Visit &begun : level.directories)
    queue.finish(begun);
  if (level.following)
    queue.finish(level.following);
}

llvm::Error Walker::visitDirectory(Level &level, Visited entry) {
  Visit visit;
  if (level.directories.empty()) {
    visit = opening(level, entry);
    level.seen = level.next;
  } else {
    visit = std::move(level.directories.front());
    level.directories.pop_front();
  }
  lookAhead(level);
  queue.finish(visit);
  int error = visit->openError;
  if (error && (isAbsent(error) || (!entry.isSent && error == EACCES)))
    return llvm::Error::success();
  if (error)
    return fileError(entry.info.path, error);
  if (entry.isSent)
    send(entry, entry.info);
  if (visit->readError)
    return isAbsent(visit->readError)
               ? llvm::Error::success()
               : fileError(entry.info.path, visit->readError);
  std::optional<Visited> unsent;
  if (!entry.isSent)
    unsent = std::move(entry);
  enter(std::move(visit), std::move(unsent));
  return llvm::Error::success();
}

/// After the last of the names at hand.
llvm::Error Walker::advance(Level &level) {
  if (level.current->failure)
    return level.current->failure.toError();
  if (level.current->end == level.folder->names.size()) {
    leave();
    return llvm::Error::success();
  }
  Visit visit = level.following ? std::move(level.following) : continued(level);
  level.following.reset();
  queue.finish(visit);
  level.current = std::move(visit);
  level.next = level.seen = 0;
  lookAhead(level);
  return llvm::Error::success();
}

llvm::Error Walker::run() {
  auto top = std::make_shared<FolderVisit>(
      settings,
      std::make_shared<const UniqueFd>(fcntl(root.getFd(), F_DUPFD_CLOEXEC, 0)),
      ".", Folder(), pieceSize());
  top->run();
  if (top->openError)
    return fileError(root.getPath(), top->openError);
  if (top->readError)
    return isAbsent(top->readError) ? llvm::Error::success()
                                    : fileError(root.getPath(), top->readError);
  enter(std::move(top), std::nullopt);
  while (!levels.empty()) {
    Level &level = levels.back();
    if (level.isLost) {
      leave();
      continue;
    }
    if (level.next == level.current->entries.size()) {
      if (llvm::Error error = advance(level))
        return error;
      continue;
    }
    if (++count == fewFiles)
      queue.start();
    Visited &entry = level.current->entries[level.next++];
    if (!entry.info.isDirectory())
      send(entry, std::move(entry.info));
    else if (llvm::Error error = visitDirectory(level, std::move(entry)))
      return error;
  }
  return llvm::Error::success();
}

} // namespace

llvm::Error
walkWithXattrs(const Directory &directory, const Filter &filter,
               llvm::function_ref<void(FileInfo, const Xattrs &)> sent) {
  auto matchers = FilterMatchers::create(directory, filter);
  if (!matchers)
    return matchers.takeError();
  FolderVisit::Settings settings{*matchers, /*withXattrs=*/true};
  return Walker(directory, settings, sent).run();
}

llvm::Error walk(const Directory &directory, const Filter &filter,
                 llvm::function_ref<void(FileInfo)> sent) {
  auto matchers = FilterMatchers::create(directory, filter);
  if (!matchers)
    return matchers.takeError();
  FolderVisit::Settings settings{*matchers, /*withXattrs=*/false};
  return Walker(directory, settings,
                [&](FileInfo info, const Xattrs &) { sent(std::move(info)); })
      .run();
}

} // namespace llb::context
