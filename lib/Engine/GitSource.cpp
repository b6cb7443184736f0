// SPDX-License-Identifier: Apache-2.0
//
// A git source becomes the files of a commit (BuildKit v0.32.2, source/git).
// Each checkout has a repository of its own, which nobody else can spoil,
// beside the new layer's directory: what submodules say about where their
// repository is must not depend on names that are made up.
#include "FileChange.h"
#include "Git.h"

#include "llb/Support/GoPath.h"
#include "llb/Support/GoText.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace llb::engine {
namespace {

/// One checkout.
class Checkout {
public:
  Checkout(Git git, const GitRemote &remote, const GitCommit &commit,
           const std::string &target)
      : git(std::move(git)), remote(remote), commit(commit), target(target),
        folder(parentTreePath(target)) {}

  llvm::Error run();

private:
  llvm::Error fetch();
  llvm::Error checkOutWithGitDir();
  llvm::Error checkOut(const std::string &to);
  llvm::Error updateSubmodules();
  llvm::Error takeSubdir(const std::string &from);
  llvm::Error setTimes();
  llvm::Error command(std::vector<std::string> args) {
    return git.run(std::move(args)).takeError();
  }
  /// What the reference is called in the repository that we fetch to.
  std::string localRef() const {
    return isCommitId(commit.ref)                 ? commit.ref
           : commit.ref.starts_with("refs/tags/") ? commit.ref
                                                  : "refs/tags/" + shortRef();
  }
  /// What it is called in the repository that is kept: what is not an annotated
  /// tag becomes a branch there.
  std::string keptRef() const {
    if (!commit.peeled.empty())
      return localRef();
    if (remote.fetchByCommit)
      return commit.ref;
    for (const char *prefix : {"heads/", "tags/", "remotes/"})
      if (shortRef().starts_with(prefix))
        return "refs/" + shortRef();
    return shortRef().starts_with("refs/") ? shortRef()
                                           : "refs/heads/" + shortRef();
  }
  /// The reference as it was asked for.
  std::string shortRef() const {
    constexpr std::string_view heads = "refs/heads/";
    if (!remote.ref.empty())
      return remote.ref;
    return commit.ref.starts_with(heads) ? commit.ref.substr(heads.size())
                                         : commit.ref;
  }

  Git git;
  const GitRemote &remote;
  const GitCommit &commit;
  std::string target, folder;
};

llvm::Error Checkout::run() {
  git.gitDir = folder + "/git";
  if (mkdir(git.gitDir.c_str(), 0700))
    return errnoError(git.gitDir);
  if (llvm::Error error = fetch())
    return aboutRemote("failed to fetch remote", remote, std::move(error));
  std::string subdir = go::joinPath({"/", remote.subdir});
  bool isWhole = subdir == "/";
  std::string to = isWhole ? target : folder + "/checkout";
  llvm::Error checkedOut =
      remote.keepGitDir && isWhole ? checkOutWithGitDir() : checkOut(to);
  if (checkedOut)
    return aboutRemote("failed to checkout remote", remote,
                       std::move(checkedOut));
  git.local = false;
  if (!remote.skipSubmodules)
    if (llvm::Error error = updateSubmodules())
      return aboutRemote("failed to update submodules for", remote,
                         std::move(error));
  if (!isWhole)
    if (llvm::Error error = takeSubdir(subdir))
      return error;
  return remote.commitTimes ? setTimes() : llvm::Error::success();
}

llvm::Error Checkout::fetch() {
  std::vector<std::string> init{"init", "--quiet", "--bare"};
  if (commit.id.size() == 64)
    init.push_back("--object-format=sha256");
  if (llvm::Error error = command(init))
    return error;
  if (llvm::Error error = command({"remote", "add", "origin", remote.url}))
    return error;
  auto present = [&] {
    return command({"cat-file", "-e", commit.id + "^{commit}"});
  };
  if (!isCommitId(commit.ref)) {
    std::string what = remote.fetchByCommit ? commit.id : commit.ref;
    if (llvm::Error error =
            command({"fetch", "--depth=1", "--no-tags", "origin", "--force",
                     "--", what + ":" + localRef()}))
      return error;
    llvm::Error missing = present();
    if (!missing)
      return llvm::Error::success();
    // The remote has changed since it was asked.
    llvm::consumeError(std::move(missing));
  } else if (!remote.keepGitDir) {
    llvm::Error shallow =
        command({"fetch", "--depth=1", "--no-tags", "origin", "--", commit.id});
    if (!shallow)
      return llvm::Error::success();
    // Not every server gives out any commit.
    llvm::consumeError(std::move(shallow));
  }
  std::vector<std::string> all{"fetch", "--tags", "origin", "--",
                               "+refs/heads/*:refs/heads/*"};
  if (llvm::Error error = command(all))
    return error;
  llvm::Error missing = present();
  if (!missing)
    return llvm::Error::success();
  llvm::consumeError(std::move(missing));
  return command({"fetch", "--tags", "origin", "--", commit.id});
}

llvm::Error Checkout::checkOutWithGitDir() {
  std::string pull = "refs/buildkit/commit";
  bool isNamed = !isCommitId(commit.ref);
  if (llvm::Error error =
          command({"update-ref", isNamed ? localRef() : pull, commit.id}))
    return error;
  if (isNamed)
    pull = localRef() + ":" + keptRef();
  std::string origin = "file://" + git.gitDir;
  git.gitDir = target + "/.git";
  git.workTree = target;
  git.local = true;
  std::vector<std::string> init{"init", "--quiet"};
  if (commit.id.size() == 64)
    init.push_back("--object-format=sha256");
  std::vector<std::string> commands[] = {
      init,
      {"remote", "add", "origin", origin},
      {"fetch", "-u", "--depth=1", "--", "origin", pull},
      {"checkout", "FETCH_HEAD"},
      {"remote", "set-url", "origin", remote.shownUrl()},
      {"reflog", "expire", "--all", "--expire=now"}};
  for (std::vector<std::string> &args : commands)
    if (llvm::Error error = command(std::move(args)))
      return error;
  ::unlink((git.gitDir + "/FETCH_HEAD").c_str());
  return llvm::Error::success();
}

llvm::Error Checkout::checkOut(const std::string &to) {
  if (mkdir(to.c_str(), 0755) && errno != EEXIST)
    return errnoError(to);
  git.workTree = to;
  return command({"checkout", "--no-overlay", commit.commit(), "--", "."});
}

llvm::Error Checkout::updateSubmodules() {
  if (::access((git.workTree + "/.gitmodules").c_str(), F_OK))
    return llvm::Error::success();
  return command({"submodule", "update", "--init", "--recursive", "--depth=1"});
}

/// Moves what is in a directory of the checkout to the target. The way there
/// leads over directories only: a link could lead anywhere.
llvm::Error Checkout::takeSubdir(const std::string &from) {
  DirTree tree = DirTree::openPath(git.workTree);
  std::string path;
  for (size_t at = 0; tree.valid() && at != std::string::npos;) {
    at = from.find('/', at + 1);
    path = from.substr(0, at);
    FileStat info;
    if (int error = tree.lstat(path, info))
      return pathError(error, "invalid subdir", path);
    if (!S_ISDIR(info.st_mode))
      return textError("git subpath " + go::quote(from.substr(1)) +
                       " contains non-directory " + go::quote(path.substr(1)));
  }
  UniqueFd source,
      dest(::open(target.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::vector<std::string> names;
  int error = tree.openAt(from, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, source);
  if (!error)
    error = tree.list(from, names);
  if (error)
    return pathError(error, "subdir", from);
  for (const std::string &name : names)
    if (renameat(source.get(), name.c_str(), dest.get(), name.c_str()))
      return pathError(errno, "subdir", name);
  return llvm::Error::success();
}

/// Everything gets the time of the commit, directories last.
llvm::Error Checkout::setTimes() {
  auto answer = git.run({"log", "-1", "--format=%ct", commit.commit()});
  if (!answer)
    return answer.takeError();
  constexpr int64_t second = 1000000000;
  FileTimes times =
      *timesOf(std::strtoll(answer->c_str(), nullptr, 10) * second);
  DirTree tree = DirTree::openPath(target);
  std::vector<std::string> directories{"/"};
  for (size_t i = 0; i < directories.size(); ++i) {
    std::string dir = directories[i];
    std::vector<std::string> names;
    UniqueFd fd;
    int error = tree.list(dir, names);
    if (!error)
      error = tree.openAt(dir, O_PATH | O_DIRECTORY, 0, fd);
    for (size_t k = 0; !error && k < names.size(); ++k) {
      FileStat info;
      std::string path = joinTreePath(dir, names[k]);
      error = tree.lstat(path, info);
      if (!error && S_ISDIR(info.st_mode))
        directories.push_back(path);
      else if (!error)
        error = changeTimes(fd.get(), names[k], times);
    }
    if (error)
      return pathError(error, "time of", dir);
  }
  for (size_t i = directories.size(); i-- > 0;) {
    UniqueFd fd;
    int error = tree.openAt(directories[i], O_PATH | O_DIRECTORY, 0, fd);
    if (!error)
      error = changeTimes(fd.get(), ".", times);
    if (error)
      return pathError(error, "time of", directories[i]);
  }
  return llvm::Error::success();
}

} // namespace

llvm::Expected<Snapshot> fetchGit(Workshop &shop, const ir::Source &source,
                                  unsigned step) {
  auto remote = GitRemote::of(source);
  if (!remote)
    return remote.takeError();
  auto known = shop.commits.find(&source);
  auto commit = known != shop.commits.end()
                    ? llvm::Expected<GitCommit>(known->second)
                    : resolveGit(shop, source);
  if (!commit)
    return commit.takeError();
  auto git = Git::open(shop, source, *remote);
  if (!git)
    return git.takeError();
  git->step = step;
  auto tree = shop.snapshots.prepare({});
  if (!tree)
    return tree.takeError();
  if (llvm::Error error =
          Checkout(std::move(*git), *remote, *commit, tree->path()).run())
    return error;
  return shop.snapshots.commit(std::move(*tree), "git snapshot for " +
                                                     remote->shownUrl() + "#" +
                                                     remote->ref);
}

} // namespace llb::engine
