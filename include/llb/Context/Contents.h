// SPDX-License-Identifier: Apache-2.0
//
// What is in the files of a directory: their SHA-256 and extended attributes,
// read by several threads, and remembered from one run to the next for as long
// as the file system says that a file is the same.
#ifndef LLB_CONTEXT_CONTENTS_H
#define LLB_CONTEXT_CONTENTS_H

#include "llb/Context/Snapshot.h"
#include "llb/Support/Digest.h"

#include <utility>

namespace llb::context {

struct FileContent {
  /// Of a regular file.
  Digest digest;
  /// Of files and directories, in the form in which keys have them: how many,
  /// then the names in order, each with its value in hexadecimal digits, all
  /// ended by NUL.
  std::string xattrs;
};

struct ContentOptions {
  /// `--hash-index`: a folder, `none`, or empty for the default.
  static ContentOptions from(const std::string &hashIndex);

  /// Where hashes are remembered; empty: nowhere.
  std::string indexDirectory;
  /// 0: as many as there are processors.
  unsigned threads = 0;
};

/// What is wrong with an index, which costs time and nothing else.
struct IndexTrouble {
  /// The file, if it was found damaged.
  std::string damaged;
  /// The file, if it could not be written, and why.
  std::string unwritable;
  std::string reason;
};

class Contents {
public:
  /// `directory` and `snapshot` must outlive it and stay where they are.
  Contents(const Directory &directory, const Snapshot &snapshot,
           ContentOptions options)
      : directory(directory), snapshot(snapshot), options(std::move(options)) {}

  /// Makes sure of the content of these entries. Files that are not the same
  /// any more are read as they are now.
  llvm::Error read(const std::vector<size_t> &entries);

  /// Of an entry that was read.
  const FileContent &operator[](size_t entry) const { return contents[entry]; }
  const Snapshot &files() const { return snapshot; }
  const std::string &path() const { return directory.getPath(); }
  /// What came up since this was last asked.
  IndexTrouble takeIndexTrouble() { return std::exchange(trouble, {}); }

private:
  const Directory &directory;
  const Snapshot &snapshot;
  ContentOptions options;
  std::vector<FileContent> contents;
  std::vector<bool> known;
  IndexTrouble trouble;
};

} // namespace llb::context

#endif
