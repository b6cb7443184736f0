// SPDX-License-Identifier: Apache-2.0
//
// A root file system as a tar, entry for entry what BuildKit's tar exporter
// writes (v0.32.2, exporter/tar; fsutil, tarwriter.go): every extended
// attribute, times rounded to seconds, sockets as empty files. Several
// platforms have a folder each, into which links with absolute targets are
// bent.
#include "TreeWalk.h"

#include "llb/Backend/Backend.h"
#include "llb/Backend/TarWriter.h"

#include <cerrno>
#include <map>
#include <sys/sysmacros.h>

namespace llb::backend {
namespace {

class RootfsTar {
public:
  RootfsTar(TarWriter &tar, std::optional<int64_t> epoch)
      : tar(tar), epoch(epoch) {}

  /// Adds a tree in a folder, or if that is empty as it is.
  llvm::Error add(const engine::DirTree &tree, const std::string &folder);

private:
  llvm::Error addEntry(const engine::DirTree &tree, const TreeEntry &entry,
                       const std::string &folder);
  llvm::Error addContent(const engine::DirTree &tree, const TreeEntry &entry);

  TarWriter &tar;
  std::optional<int64_t> epoch;
};

/// time.Round(time.Second).
int64_t rounded(const timespec &time) {
  constexpr long half = 500000000;
  return time.tv_sec + (time.tv_nsec >= half ? 1 : 0);
}

llvm::Error RootfsTar::add(const engine::DirTree &tree,
                           const std::string &folder) {
  if (!folder.empty()) {
    TarEntry entry;
    entry.name = folder + "/";
    entry.type = '5';
    entry.mode = 0755;
    entry.mtime = epoch.value_or(0);
    entry.pax = false;
    if (llvm::Error error = tar.header(entry))
      return error;
  }
  return walkTree(tree, [&](const TreeEntry &entry) {
    return addEntry(tree, entry, folder);
  });
}

llvm::Error RootfsTar::addEntry(const engine::DirTree &tree,
                                const TreeEntry &entry,
                                const std::string &folder) {
  const engine::FileStat &info = entry.info;
  const std::string prefix = folder.empty() ? "" : folder + "/";
  TarEntry header;
  header.pax = false;
  header.name = prefix + entry.path.substr(1);
  header.mode = info.st_mode & 07777;
  header.uid = info.st_uid;
  header.gid = info.st_gid;
  header.mtime = epoch.value_or(rounded(info.st_mtim));
  switch (info.st_mode & S_IFMT) {
  case S_IFDIR:
    header.type = '5';
    header.name += '/';
    break;
  case S_IFLNK:
    header.type = '2';
    if ((errno = tree.readLink(entry.path, header.link)))
      return errnoError(entry.path);
    header.link = bendLink(folder, header.link);
    break;
  case S_IFCHR:
  case S_IFBLK:
    header.type = S_ISCHR(info.st_mode) ? '3' : '4';
    header.major = gnu_dev_major(info.st_rdev);
    header.minor = gnu_dev_minor(info.st_rdev);
    break;
  case S_IFIFO:
    header.type = '6';
    break;
  case S_IFREG:
    header.size = info.st_size;
    break;
  default:
    break;
  }
  if (!entry.firstName.empty() && header.type != '2') {
    header.type = '1';
    header.link = prefix + entry.firstName.substr(1);
    header.size = 0;
  }
  engine::Xattrs xattrs;
  tree.xattrs(entry.path, xattrs);
  for (const auto &[name, value] : xattrs)
    header.records["SCHILY.xattr." + name] = value;
  if (llvm::Error error = tar.header(header))
    return error;
  return header.size ? addContent(tree, entry) : llvm::Error::success();
}

llvm::Error RootfsTar::addContent(const engine::DirTree &tree,
                                  const TreeEntry &entry) {
  UniqueFd fd;
  if ((errno = tree.open(entry.path, fd)))
    return errnoError(entry.path);
  return tar.contentOf(fd.get(), entry.info.st_size, entry.path);
}

} // namespace

llvm::Expected<Exported> Exporter::writeTar(const BuildResult &result,
                                            const Place &place) {
  TarWriter tar([&place](std::string_view data) {
    place.stream->write(data.data(), data.size());
    return llvm::Error::success();
  });
  RootfsTar writer(tar, options.sourceDateEpoch);
  std::map<std::string, const Image *> images;
  for (const Image &image : result.images)
    images[result.multiPlatform ? platformFolder(image.platform.format())
                                : ""] = &image;
  for (const auto &[folder, image] : images) {
    auto view = snapshots.view(image->snapshot);
    if (!view)
      return view.takeError();
    engine::DirTree tree = view->tree();
    if (!tree.valid())
      return errnoError(view->path());
    if (llvm::Error error = writer.add(tree, folder))
      return error;
  }
  if (llvm::Error error = tar.finish())
    return error;
  return Exported{};
}

} // namespace llb::backend
