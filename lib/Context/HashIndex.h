// SPDX-License-Identifier: Apache-2.0
//
// The file in which hashes of one directory's files are remembered.
#ifndef LLB_CONTEXT_HASHINDEX_H
#define LLB_CONTEXT_HASHINDEX_H

#include "llb/Context/Contents.h"

namespace llb::context {

/// One file as it was when it was read.
struct HashRecord {
  std::string_view path;
  uint64_t size;
  int64_t mtime;
  int64_t ctime;
  uint64_t inode;
  Digest digest;
  std::string_view xattrs;
  /// Runs since it was last of use.
  uint8_t unused;
};

/// Records stand in the order of a walk.
class HashIndex {
public:
  /// Reads the index of `directory`. One that is absent is empty, one that is
  /// damaged as well, and `trouble` says so.
  static HashIndex load(const std::string &indexDirectory,
                        const Directory &directory, IndexTrouble &trouble);

  const std::vector<HashRecord> &records() const { return all; }
  /// Writes `records`, which may refer to this one's, in its place. Whole or
  /// not at all, whoever else does the same.
  void save(const std::vector<HashRecord> &records,
            IndexTrouble &trouble) const;

private:
  bool parse();

  std::string path;
  std::string bytes;
  std::vector<HashRecord> all;
};

/// Whether `a` comes before `b` in a walk: a slash is less than any byte.
bool walksBefore(std::string_view a, std::string_view b);

} // namespace llb::context

#endif
