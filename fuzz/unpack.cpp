// SPDX-License-Identifier: Apache-2.0
//
// Archives of ADD and layers of images. The first byte says what is done with
// the rest: applied as a layer to a tree that has something already, unpacked
// as an archive, listed as a layer of a base image. Whatever comes of it,
// nothing outside the tree changes, and the tree can be removed. Run as root it
// tries devices and owners, too.
#include "../lib/Engine/FileChange.h"
#include "Fuzz.h"

#include "llb/Engine/ImageDirs.h"
#include "llb/Engine/Tree.h"
#include "llb/Support/WriteAll.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

using namespace llb;
using namespace llb::engine;

namespace {

/// What archives aim at; utils/fuzz_seeds.py knows it, too.
constexpr const char *fuzzFolder = "/dev/shm/llbc-fuzz";
constexpr const char *canaryPath = "/dev/shm/llbc-fuzz/canary";
constexpr UnpackLimits limits{.bytes = 4 << 20, .entries = 200};

/// A folder of this process, with the tree inside.
struct Workplace {
  std::string path;
  DirTree folder{UniqueFd()};

  Workplace() {
    std::string canary = canaryPath;
    mkdir(fuzzFolder, 0755);
    mkdir(canaryPath, 0755);
    mkdir((canary + "/d").c_str(), 0755);
    close(open((canary + "/f").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    path = std::string(fuzzFolder) + "/XXXXXX";
    fuzz::require(mkdtemp(path.data()), "no folder to work in");
    folder = DirTree::openPath(path);
  }
  ~Workplace() { rmdir(path.c_str()); }
};

/// All that could change about the canary.
std::string stateOf(const DirTree &tree) {
  std::string state;
  for (const char *name : {"/", "/d", "/f"}) {
    FileStat info;
    fuzz::require(tree.lstat(name, info) == 0, "a file outside is gone");
    for (uint64_t value :
         {uint64_t(info.st_mode), uint64_t(info.st_uid), uint64_t(info.st_gid),
          uint64_t(info.st_nlink), uint64_t(info.st_size),
          uint64_t(info.st_mtim.tv_sec), uint64_t(info.st_mtim.tv_nsec)})
      state += std::to_string(value) + " ";
  }
  return state;
}

/// A tree with a directory, a file and links that lead out.
void fill(const DirTree &tree) {
  int fd = tree.rootFd();
  mkdirat(fd, "d", 0755);
  close(openat(fd, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  close(openat(fd, "d/f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  symlinkat(canaryPath, fd, "s");
  symlinkat("../../canary", fd, "d/s");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Workplace place;
  static DirTree canary = DirTree::openPath(canaryPath);
  static const std::string before = stateOf(canary);
  if (size == 0)
    return 0;
  UniqueFd archive(memfd_create("archive", MFD_CLOEXEC));
  fuzz::require(
      archive.valid() &&
          !writeAll(archive.get(),
                    {reinterpret_cast<const char *>(data) + 1, size - 1}),
      "no room for the archive");
  lseek(archive.get(), 0, SEEK_SET);
  if (data[0] % 3 == 2) {
    ImageDirs dirs(limits);
    if (auto digest = dirs.addLayer(archive.get()))
      fuzz::require(dirs.json().starts_with("[{\"path\":\"/\""), "no root");
    else
      llvm::consumeError(digest.takeError());
    return 0;
  }
  mkdirat(place.folder.rootFd(), "tree", 0755);
  {
    DirTree tree = DirTree::openPath(place.path + "/tree");
    fill(tree);
    if (data[0] % 3 == 0) {
      auto digest = applyLayer(archive.get(), tree, limits);
      if (!digest)
        llvm::consumeError(digest.takeError());
    } else {
      auto done = unpackInto(archive.get(), tree, "/x", std::nullopt,
                             std::nullopt, limits);
      if (!done)
        llvm::consumeError(done.takeError());
    }
  }
  fuzz::require(place.folder.removeAll("/tree") == 0,
                "what was unpacked cannot be removed");
  std::vector<std::string> names;
  place.folder.list("/", names);
  fuzz::require(names.empty(), "something was made beside the tree");
  names.clear();
  canary.list("/", names);
  fuzz::require(names.size() == 2 && stateOf(canary) == before,
                "something outside of the tree has changed");
  return 0;
}
