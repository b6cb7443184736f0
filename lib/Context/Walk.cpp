// SPDX-License-Identifier: Apache-2.0
//
// The walk keeps a stack of directories with their names, and descriptors of
// the innermost few only: trees may be deeper than a process may have files.
// On the way up a closed directory is opened again through `..` of its child
// and must be the one that it was; one that was moved meanwhile is left.
//
// Directories that may hold something to send are walked even if they are not
// sent themselves; they are sent late, before the first file in them that is.
#include "llb/Context/Walk.h"
#include "DirectoryEntry.h"
#include "llb/Support/PatternMatcher.h"

#include <cerrno>
#include <deque>
#include <dirent.h>
#include <fcntl.h>

namespace llb::context {
namespace {

constexpr size_t maxOpen = 64;

/// fsutil.NewFilterFS.
class FilterMatchers {
public:
  static llvm::Expected<FilterMatchers> create(const Directory &directory,
                                               const Filter &filter);

  enum class Verdict { Send, Skip, SkipTree };
  /// `include` and `exclude` are in: the parent's, out: those of `path`.
  llvm::Expected<Verdict> judge(const std::string &path, bool isDirectory,
                                PatternMatcher::DirMatches &include,
                                PatternMatcher::DirMatches &exclude) const;

private:
  std::unique_ptr<PatternMatcher> includes, excludes;
};

llvm::Error patternError(const char *what, std::string_view text) {
  return llvm::createStringError(std::errc::invalid_argument, "%s: %s", what,
                                 std::string(text).c_str());
}

/// fsutil's dedupePaths, for a list that ends with sorted paths.
void removeCovered(std::vector<std::string> &patterns) {
  std::vector<std::string> result;
  for (std::string &pattern : patterns) {
    if (pattern == ".") {
      patterns.clear();
      return;
    }
    std::string last = result.empty() ? std::string() : result.back();
    if (!pattern.starts_with(last + "/"))
      result.push_back(std::move(pattern));
  }
  patterns = std::move(result);
}

llvm::Expected<FilterMatchers>
FilterMatchers::create(const Directory &directory, const Filter &filter) {
  FilterMatchers result;
  std::vector<std::string> patterns = filter.includePatterns;
  if (!filter.followPaths.empty()) {
    auto targets = followLinks(directory, filter.followPaths);
    if (!targets)
      return targets.takeError();
    if (!targets->empty()) {
      patterns.insert(patterns.end(), targets->begin(), targets->end());
      removeCovered(patterns);
    }
  }
  std::string error;
  if (!patterns.empty() &&
      !(result.includes = PatternMatcher::create(patterns, error)))
    return patternError("invalid include patterns", error);
  if (!filter.excludePatterns.empty() &&
      !(result.excludes =
            PatternMatcher::create(filter.excludePatterns, error)))
    return patternError("invalid exclude patterns", error);
  return result;
}

llvm::Expected<FilterMatchers::Verdict>
FilterMatchers::judge(const std::string &path, bool isDirectory,
                      PatternMatcher::DirMatches &include,
                      PatternMatcher::DirMatches &exclude) const {
  Verdict verdict = Verdict::Send;
  std::string error;
  PatternMatcher::DirMatches own;
  if (includes) {
    bool matched = includes->matches(path, include, own, &error);
    if (!error.empty())
      return patternError("invalid include patterns", error);
    include.swap(own);
    if (!matched) {
      verdict = Verdict::Skip;
      if (isDirectory && !includes->mayMatchBelow(path, /*exceptions=*/false))
        return Verdict::SkipTree;
    }
  }
  if (excludes) {
    bool matched = excludes->matches(path, exclude, own, &error);
    if (!error.empty())
      return patternError("invalid exclude patterns", error);
    exclude.swap(own);
    if (matched) {
      verdict = Verdict::Skip;
      if (isDirectory && !excludes->mayMatchBelow(path, /*exceptions=*/true))
        return Verdict::SkipTree;
    }
  }
  return verdict;
}

class Walker {
public:
  Walker(const Directory &directory, const FilterMatchers &matchers,
         llvm::function_ref<void(FileInfo)> sent)
      : root(directory), matchers(matchers), sent(sent) {}

  llvm::Error run();

private:
  struct Level {
    UniqueFd fd;
    uint64_t device = 0, inode = 0;
    /// Length of the directory's path.
    size_t pathLength = 0;
    std::vector<Name> names;
    size_t next = 0;
    PatternMatcher::DirMatches include, exclude;
    /// Its own entry, until it is sent.
    std::optional<FileInfo> unsent;
  };

  llvm::Error visit(const Name &name);
  llvm::Error enter(UniqueFd fd, bool isSent,
                    PatternMatcher::DirMatches include,
                    PatternMatcher::DirMatches exclude, FileInfo info);
  void leave();
  void send(FileInfo info);

  const Directory &root;
  const FilterMatchers &matchers;
  llvm::function_ref<void(FileInfo)> sent;
  std::deque<Level> levels;
  /// Of the entry at hand.
  std::string path;
};

void Walker::send(FileInfo info) {
  // Above a directory that was sent all were.
  size_t first = levels.size();
  while (first > 0 && levels[first - 1].unsent)
    --first;
  for (; first < levels.size(); ++first) {
    sent(std::move(*levels[first].unsent));
    levels[first].unsent.reset();
  }
  sent(std::move(info));
}

llvm::Error Walker::enter(UniqueFd fd, bool isSent,
                          PatternMatcher::DirMatches include,
                          PatternMatcher::DirMatches exclude, FileInfo info) {
  Level level;
  struct stat status;
  if (fstat(fd.get(), &status) != 0)
    return fileError(path, errno);
  level.device = status.st_dev;
  level.inode = status.st_ino;
  if (int error = readNames(fd.get(), level.names))
    return isAbsent(error) ? llvm::Error::success() : fileError(path, error);
  level.fd = std::move(fd);
  level.pathLength = path.size();
  level.include = std::move(include);
  level.exclude = std::move(exclude);
  if (!isSent)
    level.unsent = std::move(info);
  levels.push_back(std::move(level));
  if (levels.size() > maxOpen)
    levels[levels.size() - 1 - maxOpen].fd.reset();
  return llvm::Error::success();
}

void Walker::leave() {
  UniqueFd child = std::move(levels.back().fd);
  levels.pop_back();
  if (levels.empty() || levels.back().fd.valid())
    return;
  Level &level = levels.back();
  UniqueFd parent(openat(child.get(), "..",
                         O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status;
  if (parent.valid() && fstat(parent.get(), &status) == 0 &&
      status.st_dev == level.device && status.st_ino == level.inode)
    level.fd = std::move(parent);
  else
    // Its remaining names have no place to be looked up in.
    level.next = level.names.size();
}

llvm::Error Walker::visit(const Name &name) {
  Level &level = levels.back();
  if (path.size() > maxPathLength)
    return fileError(path.substr(0, 80) + "...", ENAMETOOLONG);
  FileInfo info;
  bool known = false;
  unsigned char type = name.type;
  if (type == DT_UNKNOWN) {
    if (int error = readInfo(level.fd.get(), name.text, info))
      return isAbsent(error) ? llvm::Error::success() : fileError(path, error);
    known = true;
    type = info.isDirectory() ? DT_DIR : DT_REG;
  }
  PatternMatcher::DirMatches include = level.include;
  PatternMatcher::DirMatches exclude = level.exclude;
  auto verdict = matchers.judge(path, type == DT_DIR, include, exclude);
  if (!verdict)
    return verdict.takeError();
  bool isSent = *verdict == FilterMatchers::Verdict::Send;
  if (*verdict == FilterMatchers::Verdict::SkipTree ||
      (!isSent && type != DT_DIR))
    return llvm::Error::success();
  if (!known)
    if (int error = readInfo(level.fd.get(), name.text, info))
      return isAbsent(error) ? llvm::Error::success() : fileError(path, error);
  info.path = path;
  bool isDirectory = info.isDirectory();
  UniqueFd fd;
  int error = isDirectory ? openDirectory(level.fd.get(), name.text, fd) : 0;
  if (error && isAbsent(error))
    return llvm::Error::success();
  if (error && !isSent && error == EACCES)
    return llvm::Error::success();
  if (error)
    return fileError(path, error);
  if (!isDirectory) {
    if (isSent)
      send(std::move(info));
    return llvm::Error::success();
  }
  if (isSent)
    send(info);
  return enter(std::move(fd), isSent, std::move(include), std::move(exclude),
               std::move(info));
}

llvm::Error Walker::run() {
  UniqueFd top;
  if (int error = openDirectory(root.getFd(), ".", top))
    return fileError(root.getPath(), error);
  if (llvm::Error error =
          enter(std::move(top), /*isSent=*/true, {}, {}, FileInfo()))
    return error;
  while (!levels.empty()) {
    Level &level = levels.back();
    if (level.next == level.names.size()) {
      leave();
      continue;
    }
    const Name &name = level.names[level.next++];
    path.resize(level.pathLength);
    if (!path.empty())
      path += '/';
    path += name.text;
    if (llvm::Error error = visit(name))
      return error;
  }
  return llvm::Error::success();
}

} // namespace

llvm::Error walk(const Directory &directory, const Filter &filter,
                 llvm::function_ref<void(FileInfo)> sent) {
  auto matchers = FilterMatchers::create(directory, filter);
  if (!matchers)
    return matchers.takeError();
  return Walker(directory, *matchers, sent).run();
}

} // namespace llb::context
