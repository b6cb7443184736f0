// SPDX-License-Identifier: Apache-2.0
//
// The process may have put links where directories were (CVE-2024-23652), so
// what is removed is looked up again: only if the path still leads, without any
// link, to an empty file or directory.
#include "MountStubs.h"

#include "FileChange.h"

#include "llb/Support/GoPath.h"

#include <cerrno>
#include <fcntl.h>

namespace llb::engine {

MountStubs::MountStubs(const DirTree &root,
                       const std::vector<std::string> &dests, bool recursive) {
  std::vector<std::string> names{"/etc/resolv.conf", "/etc/hosts"};
  names.insert(names.end(), dests.begin(), dests.end());
  for (const std::string &name : names) {
    std::string clean = go::joinPath({"/", name}), path;
    if (clean == "/" || root.resolve(clean, /*followLast=*/true, path))
      continue;
    FileStat info;
    for (; path != "/"; path = parentTreePath(path)) {
      int error = root.lstat(path, info);
      if (error != ENOENT && error != ENOTDIR)
        break;
      missing.push_back(path);
      if (!recursive)
        break;
    }
  }
}

void MountStubs::remove(const DirTree &root) const {
  for (const std::string &path : missing) {
    std::string now;
    FileStat info, above;
    if (root.resolve(path, /*followLast=*/true, now) || root.lstat(now, info))
      continue;
    bool isDir = S_ISDIR(info.st_mode);
    std::vector<std::string> names;
    if (isDir ? root.list(now, names) != 0 || !names.empty()
              : info.st_size != 0)
      continue;
    std::string parentPath = parentTreePath(now), parentNow;
    UniqueFd dir;
    std::string name;
    if (root.resolve(parentPath, /*followLast=*/true, parentNow) ||
        parentNow != parentPath || root.lstat(parentPath, above) ||
        root.parent(now, dir, name))
      continue;
    unlinkat(dir.get(), name.c_str(), isDir ? AT_REMOVEDIR : 0);
    UniqueFd handle;
    if (root.openAt(parentPath, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
                    handle) == 0) {
      timespec times[2] = {above.st_atim, above.st_mtim};
      futimens(handle.get(), times);
    }
  }
}

} // namespace llb::engine
