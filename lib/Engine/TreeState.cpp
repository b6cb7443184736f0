// SPDX-License-Identifier: Apache-2.0
//
// First everything is compared, then removed: removing one name of a file
// changes the time of its other names, and removing a file that of its
// directory.
#include "TreeState.h"

#include "FileChange.h"

#include "llb/Engine/LayerForm.h"
#include "llb/Support/Errors.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fcntl.h>

namespace llb::engine {
namespace {

bool isAfter(const timespec &a, const timespec &b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

/// Waits until a change gets a later time than `last`: kernels take times from
/// a clock that ticks each few milliseconds. A clock that was set back is not
/// waited for.
void waitBeyond(const timespec &last) {
  constexpr int tries = 100;
  constexpr useconds_t pause = 1000;
  timespec now{};
  for (int i = 0; i < tries; ++i) {
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (isAfter(now, last))
      return;
    usleep(pause);
  }
}

} // namespace

llvm::Expected<TreeState> TreeState::record(const std::string &root) {
  DirTree tree = DirTree::openPath(root);
  if (!tree.valid())
    return errnoError(root);
  TreeState state;
  timespec last{};
  std::vector<std::string> waiting{"/"};
  while (!waiting.empty()) {
    std::string dir = std::move(waiting.back());
    waiting.pop_back();
    std::vector<std::string> names;
    if (int error = tree.list(dir, names))
      return pathError(error, "looking at", dir);
    Folder &folder = state.folders[dir];
    for (const std::string &name : names) {
      std::string path = joinTreePath(dir, name);
      FileStat info;
      if (int error = tree.lstat(path, info))
        return pathError(error, "looking at", path);
      folder.emplace(name, Mark(info));
      if (isAfter(info.st_ctim, last))
        last = info.st_ctim;
      if (S_ISDIR(info.st_mode))
        waiting.push_back(std::move(path));
    }
  }
  waitBeyond(last);
  return state;
}

class TreeState::Reduction {
public:
  Reduction(const TreeState &state, const DirTree &tree)
      : state(state), tree(tree) {}

  llvm::Error compare();
  llvm::Error remove() const;

private:
  struct Dir {
    std::string path;
    bool changed;
    FileTimes times;
    std::vector<std::string> unchanged, gone;
  };
  llvm::Error compareDir(size_t at);
  int removeIn(const Dir &dir) const;

  const TreeState &state;
  const DirTree &tree;
  /// Each after the one that it is in.
  std::vector<Dir> dirs;
};

llvm::Error TreeState::Reduction::compareDir(size_t at) {
  std::string dir = dirs[at].path;
  std::vector<std::string> names;
  if (int error = tree.list(dir, names))
    return pathError(error, "comparing", dir);
  auto known = state.folders.find(dir);
  const Folder none;
  const Folder &before = known == state.folders.end() ? none : known->second;
  for (const std::string &name : names) {
    std::string path = joinTreePath(dir, name);
    FileStat info;
    if (int error = tree.lstat(path, info))
      return pathError(error, "comparing", path);
    auto mark = before.find(name);
    bool changed = mark == before.end() || !(mark->second == Mark(info));
    if (S_ISDIR(info.st_mode))
      dirs.push_back({path, changed, {info.st_atim, info.st_mtim}, {}, {}});
    else if (!changed)
      dirs[at].unchanged.push_back(name);
  }
  for (const auto &[name, mark] : before)
    if (!std::binary_search(names.begin(), names.end(), name))
      dirs[at].gone.push_back(name);
  return llvm::Error::success();
}

llvm::Error TreeState::Reduction::compare() {
  FileStat info;
  if (int error = tree.lstat("/", info))
    return pathError(error, "comparing", "/");
  dirs.push_back({"/", true, {info.st_atim, info.st_mtim}, {}, {}});
  for (size_t i = 0; i < dirs.size(); ++i)
    if (llvm::Error error = compareDir(i))
      return error;
  return llvm::Error::success();
}

int TreeState::Reduction::removeIn(const Dir &dir) const {
  UniqueFd fd;
  if (int error = tree.openAt(dir.path, O_RDONLY | O_DIRECTORY, 0, fd))
    return error;
  for (const std::string &name : dir.unchanged)
    if (unlinkat(fd.get(), name.c_str(), 0))
      return errno;
  for (const std::string &name : dir.gone)
    if (int error = makeWhiteout(fd.get(), name))
      return error;
  if (!dir.changed) {
    UniqueFd parent;
    std::string name;
    if (int error = tree.parent(dir.path, parent, name))
      return error;
    if (unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) == 0)
      return 0;
    if (errno != ENOTEMPTY && errno != EEXIST)
      return errno;
  }
  timespec times[2] = {dir.times.access, dir.times.modification};
  return futimens(fd.get(), times) ? errno : 0;
}

llvm::Error TreeState::Reduction::remove() const {
  for (size_t i = dirs.size(); i-- > 0;)
    if (int error = removeIn(dirs[i]))
      return pathError(error, "reducing", dirs[i].path);
  return llvm::Error::success();
}

llvm::Error TreeState::reduce(const std::string &root) const {
  DirTree tree = DirTree::openPath(root);
  if (!tree.valid())
    return errnoError(root);
  Reduction reduction(*this, tree);
  if (llvm::Error error = reduction.compare())
    return error;
  return reduction.remove();
}

} // namespace llb::engine
