// SPDX-License-Identifier: Apache-2.0
//
// A root file system as a directory: what `buildctl build --output type=local`
// gives. It is a copy like that of a COPY instruction; files belong to who runs
// the build, and with an epoch all have its time.
#include "TreeWalk.h"

#include "llb/Backend/Backend.h"
#include "llb/Engine/FileOps.h"

#include <unistd.h>

namespace llb::backend {
namespace {

constexpr int64_t second = 1000000000;

/// A tree in whose symbolic links absolute targets begin with a folder.
class BentTree : public engine::Tree {
public:
  BentTree(const engine::DirTree &tree, std::string folder)
      : tree(tree), folder(std::move(folder)) {}

  int lstat(const std::string &path, engine::FileStat &result) const override {
    return tree.lstat(path, result);
  }
  int readLink(const std::string &path, std::string &target) const override {
    int error = tree.readLink(path, target);
    target = bendLink(folder, target);
    return error;
  }
  int list(const std::string &path,
           std::vector<std::string> &names) const override {
    return tree.list(path, names);
  }
  int open(const std::string &path, UniqueFd &fd) const override {
    return tree.open(path, fd);
  }
  int xattrs(const std::string &path, engine::Xattrs &result) const override {
    return tree.xattrs(path, result);
  }

private:
  const engine::DirTree &tree;
  std::string folder;
};

/// Whether a file of `tree` would replace one of another platform.
llvm::Error findClash(const engine::DirTree &tree,
                      const engine::DirTree &target,
                      const std::string &platform) {
  return walkTree(tree, [&](const TreeEntry &entry) -> llvm::Error {
    engine::FileStat other;
    if (S_ISDIR(entry.info.st_mode) || target.lstat(entry.path, other))
      return llvm::Error::success();
    return llvm::createStringError(
        std::make_error_code(std::errc::file_exists),
        "%s of %s is there from another platform; without platform-split=false "
        "each has a directory",
        entry.path.c_str(), platform.c_str());
  });
}

} // namespace

llvm::Expected<Exported> Exporter::writeDir(const BuildResult &result,
                                            const Place &place) {
  const std::string &root = place.directory->staging();
  engine::DirTree target = engine::DirTree::openPath(root);
  if (!target.valid())
    return errnoError(root);
  engine::WritableDir writable(target);
  const engine::FileOwner owner{getuid(), getgid()};
  bool split = options.platformSplit.value_or(result.multiPlatform);
  for (const Image &image : result.images) {
    auto view = snapshots.view(image.snapshot);
    if (!view)
      return view.takeError();
    engine::DirTree tree = view->tree();
    if (!tree.valid())
      return errnoError(view->path());
    ir::Copy copy;
    copy.src = copy.dest = "/";
    copy.mode = -1;
    copy.dirCopyContents = true;
    copy.timestamp =
        options.sourceDateEpoch ? *options.sourceDateEpoch * second : -1;
    std::string platform = image.platform.format(), folder;
    if (split) {
      folder = platformFolder(platform);
      ir::MkDir made;
      made.path = copy.dest = "/" + folder;
      made.mode = 0755;
      made.timestamp = options.sourceDateEpoch.value_or(0) * second;
      if (llvm::Error error = engine::makeDir(writable, made, owner))
        return error;
    } else if (result.images.size() > 1) {
      if (llvm::Error error = findClash(tree, target, platform))
        return error;
    }
    if (llvm::Error error =
            engine::copyFiles(BentTree(tree, folder), writable, copy, owner))
      return error;
  }
  return Exported{};
}

} // namespace llb::backend
