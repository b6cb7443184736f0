// SPDX-License-Identifier: Apache-2.0
//
// A piece of a walk that knows of no other one, so that threads may do several
// at once: some of the names of one directory, each looked at once.
#ifndef LLB_CONTEXT_FOLDERVISIT_H
#define LLB_CONTEXT_FOLDERVISIT_H

#include "DirectoryEntry.h"
#include "FilterMatchers.h"

namespace llb::context {

using SharedFd = std::shared_ptr<const UniqueFd>;

/// A directory that is walked; it does not change once it is known.
struct Folder {
  /// Of the paths in it: empty, or its own with a slash.
  std::string prefix;
  uint64_t device = 0, inode = 0;
  std::vector<Name> names;
  PatternMatcher::DirMatches include, exclude;
};

/// A file of a folder.
struct Visited {
  FileInfo info;
  Xattrs xattrs;
  /// Else it is a directory that may hold something to send.
  bool isSent = true;
  /// Of a directory.
  PatternMatcher::DirMatches include, exclude;
};

/// What ends a walk; none if `text` is empty.
struct Failure {
  /// errno, and the path that it is about; or 0, and the whole message.
  int code = 0;
  std::string text;

  explicit operator bool() const { return !text.empty(); }
  llvm::Error toError() const;
};

class FolderVisit {
public:
  struct Settings {
    const FilterMatchers &matchers;
    bool withXattrs;
  };

  /// Opens the directory `name` of `parent`, and looks at the first `count`
  /// names in it. `prefix`, `include` and `exclude` are those of its folder.
  FolderVisit(const Settings &settings, SharedFd parent, std::string name,
              Folder folder, size_t count);
  /// Looks at `count` names of an open folder from `first` on.
  FolderVisit(const Settings &settings, SharedFd fd,
              std::shared_ptr<const Folder> folder, size_t first, size_t count);

  void run();

  // What it is all about, after `run`.

  /// Why the directory could not be opened, or its names not be read; errno.
  int openError = 0, readError = 0;
  SharedFd fd;
  std::shared_ptr<const Folder> folder;
  /// In order, without those that are neither sent nor entered. The first
  /// failure is the end of them.
  std::vector<Visited> entries;
  Failure failure;
  /// Of the first name that was not looked at.
  size_t end = 0;

private:
  void open();
  bool visit(const Name &name);
  bool fail(int code, std::string text) {
    failure = {code, std::move(text)};
    return false;
  }

  const Settings &settings;
  SharedFd parent;
  std::string name;
  Folder opening;
  size_t first = 0, count;
};

} // namespace llb::context

#endif
