// SPDX-License-Identifier: Apache-2.0
//
// The blobs of an OCI layout, of which a daemon names no more than digests.
#ifndef LLB_BUILDKIT_BLOBFILES_H
#define LLB_BUILDKIT_BLOBFILES_H

#include "llb/Engine/Tree.h"
#include "llb/Support/Hasher.h"

#include <optional>

namespace llb::buildkit {

class BlobFiles {
public:
  /// Links never lead out of the directory `path`.
  explicit BlobFiles(const std::string &path)
      : root(engine::DirTree::openPath(path)) {}

  /// Opens a blob for reading and tells its size; returns 0 or errno.
  int open(const Digest &digest, UniqueFd &file, int64_t &size) const;
  /// Whether there is such a blob.
  bool has(const Digest &digest) const;

private:
  friend class BlobWriter;
  engine::DirTree root;
};

/// A blob on its way in: it has no name before its content is known to be what
/// it is called by.
class BlobWriter {
public:
  explicit BlobWriter(const BlobFiles &files) : files(files) {}

  /// Makes the place for it; functions return 0 or errno.
  int start();
  int append(std::string_view data);
  /// Begins again.
  int restart();
  int64_t size() const { return written; }
  /// The digest of what was written, of which no more may come.
  Digest finish() { return hasher.finish(); }
  /// Gives it its name. One that is there already is as good.
  int keep(const Digest &digest);

private:
  const BlobFiles &files;
  UniqueFd folder, file;
  Hasher hasher;
  int64_t written = 0;
};

} // namespace llb::buildkit

#endif
