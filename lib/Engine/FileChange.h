// SPDX-License-Identifier: Apache-2.0
//
// Single changes to a tree, each confined to it.
#ifndef LLB_ENGINE_FILECHANGE_H
#define LLB_ENGINE_FILECHANGE_H

#include "llb/Engine/FileOps.h"
#include "llb/Engine/UnpackLimits.h"
#include "llb/Support/Hasher.h"

namespace llb::engine {

/// `what path: reason`.
/// Whether a directory above `path`, in front of the first that is missing, is
/// a link to nothing.
bool hasDanglingLink(const Tree &tree, const std::string &path);

llvm::Error pathError(int error, const std::string &what,
                      const std::string &path);

/// Both times at `nanoseconds`; nothing for -1.
std::optional<FileTimes> timesOf(int64_t nanoseconds);

/// What chmod(2), lchown(2) and utimensat(2) do to `name` in `dir`; 0 or errno.
/// A link itself is changed, not what it names; its mode is left alone.
int changeMode(int dir, const std::string &name, mode_t mode);
int changeOwner(int dir, const std::string &name, const FileOwner &owner);
int changeTimes(int dir, const std::string &name, const FileTimes &times);
int setXattr(int dir, const std::string &name, const std::string &key,
             const std::string &value);

/// Makes the file `name` in `dir`, which does not exist, with what is left to
/// read of `in`; its blocks are shared where the file system can do that. 0 or
/// errno, ESTALE if the file is written to meanwhile; `copied`, if not null,
/// gets the number of bytes.
int copyContent(int in, int dir, const std::string &name,
                off_t *copied = nullptr);

/// Gives a directory that was just made its mode and owner. What it has from a
/// directory with the setgid bit above it stays: the bit, and, without an
/// owner, the group.
int settleNewDir(WritableTree &tree, const std::string &path, mode_t mode,
                 const std::optional<FileOwner> &owner);

/// Makes the directory `path` and those above it that are missing, each with
/// this mode, owner (root if none, see settleNewDir) and time; what exists is
/// left alone. `path` is resolved already. `created`, if not null, gets the new
/// ones.
int makeDirs(WritableTree &tree, const std::string &path, mode_t mode,
             const std::optional<FileOwner> &owner,
             const std::optional<FileTimes> &times,
             std::vector<std::string> *created = nullptr);

inline int makeDirs(const DirTree &tree, const std::string &path, mode_t mode,
                    const std::optional<FileOwner> &owner,
                    const std::optional<FileTimes> &times) {
  WritableDir dir(tree);
  return makeDirs(dir, path, mode, owner, times);
}

/// Whether unpackInto would unpack this. It is read from its beginning again.
bool isArchive(int file);

/// Extracts the tar behind `archive`, compressed or not, into the directory
/// `dest` of `target`, which is made if need be and is the root of the tar's
/// names. False, with nothing done, if it is no tar.
llvm::Expected<bool> unpackInto(int archive, const DirTree &target,
                                const std::string &dest,
                                const std::optional<FileOwner> &owner,
                                const std::optional<FileTimes> &times,
                                const UnpackLimits &limits);

/// Applies the tar of an image layer, whose whiteouts remove what is there.
/// `archive` delivers it compressed by gzip or zstd, or not; the result is the
/// digest of the tar itself.
llvm::Expected<Digest> applyLayer(int archive, const DirTree &target,
                                  const UnpackLimits &limits);

} // namespace llb::engine

#endif
