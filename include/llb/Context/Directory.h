// SPDX-License-Identifier: Apache-2.0
//
// A directory that whoever builds has handed over. Everything is reached from
// its descriptor, one component at a time and without following any symbolic
// link, so that no link and no rename leads out of it. Paths are relative, with
// slashes, and may hold any byte but NUL.
#ifndef LLB_CONTEXT_DIRECTORY_H
#define LLB_CONTEXT_DIRECTORY_H

#include "llb/Support/UniqueFd.h"

#include <cstdint>
#include <llvm/Support/Error.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace llb::context {

/// What lstat tells of a file.
struct FileInfo {
  std::string path;
  /// Type and permissions, as in st_mode.
  uint32_t mode = 0;
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t size = 0;
  /// Nanoseconds since 1970.
  int64_t mtime = 0;
  /// When anything of it, also its mode or attributes, was last changed.
  int64_t ctime = 0;
  /// Of a device.
  uint64_t rdev = 0;
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t links = 0;
  /// Target of a symbolic link.
  std::string target;

  bool isDirectory() const { return S_ISDIR(mode); }
  bool isRegular() const { return S_ISREG(mode); }
  bool isSymlink() const { return S_ISLNK(mode); }
};

/// Names and values of extended attributes.
using Xattrs = std::vector<std::pair<std::string, std::string>>;

/// Longer paths are an error, as they are for BuildKit's client.
inline constexpr size_t maxPathLength = 4095;

class Directory {
public:
  /// Links in `path` itself are followed.
  static llvm::Expected<Directory> open(const std::string &path);

  /// The path it was opened by.
  const std::string &getPath() const { return path; }
  int getFd() const { return fd.get(); }

  /// Nothing if there is no such file, or a component of the path is no
  /// directory.
  llvm::Expected<std::optional<FileInfo>> stat(std::string_view path) const;
  /// Names in a directory, sorted by byte; nothing as for `stat`.
  llvm::Expected<std::optional<std::vector<std::string>>>
  list(std::string_view path) const;
  /// Opens a regular file for reading; anything else is an error.
  llvm::Expected<UniqueFd> openFile(std::string_view path) const;

private:
  /// The directory of `path`'s last component, invalid if there is none.
  llvm::Expected<UniqueFd> openParent(std::string_view path,
                                      std::string &name) const;

  std::string path;
  UniqueFd fd;
};

} // namespace llb::context

#endif
