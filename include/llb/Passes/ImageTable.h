// SPDX-License-Identifier: Apache-2.0
//
// What an image lock says that passes can use: digests of floating references,
// and the directories that base images hold.
#ifndef LLB_PASSES_IMAGETABLE_H
#define LLB_PASSES_IMAGETABLE_H

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace llb::passes {

/// An entry of an image's root file system that is no regular file.
struct BaseEntry {
  enum class Kind { Directory, Other };
  Kind kind = Kind::Directory;
  /// Permission bits with set-id and sticky.
  uint32_t mode = 0;
  uint32_t uid = 0;
  uint32_t gid = 0;
  bool xattrs = false;
};

/// All directories, links, devices and pipes of an image by clean absolute
/// path, the root included; only regular files are missing.
using BaseListing = std::map<std::string, BaseEntry>;

struct LockedBase {
  std::string digest;
  /// Nothing if the lock was written without `--dirs`.
  std::optional<BaseListing> listing;
};

/// The images of a lock by reference and platform.
class ImageTable {
public:
  /// Reads `{"version":1,"images":[{"ref","platform","digest","dirs"}]}`; on
  /// failure returns nothing and sets `error`. `dirs` is a list of
  /// `{"path","type","mode","uid","gid","xattrs"}`: `type` is `dir` if left
  /// out, mode is octal text, `xattrs` says whether there are any.
  static std::optional<ImageTable> parse(std::string_view json,
                                         std::string &error);

  const LockedBase *find(const std::string &ref,
                         const std::string &platform) const;
  /// The image that `docker-image://ref@digest` names, for a platform.
  const LockedBase *findIdentifier(std::string_view identifier,
                                   const std::string &platform) const;

private:
  std::map<std::pair<std::string, std::string>, LockedBase> images;
};

} // namespace llb::passes

#endif
