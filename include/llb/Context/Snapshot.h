// SPDX-License-Identifier: Apache-2.0
//
// What was sent of a directory, and which of it a reader's result depends on.
// The reader is described by a selector, as BuildKit's content cache has it
// (cache/contenthash): the files that a selection names are those, and no
// others, whose content changes the digest of the step that reads them.
#ifndef LLB_CONTEXT_SNAPSHOT_H
#define LLB_CONTEXT_SNAPSHOT_H

#include "llb/Context/Walk.h"

#include <memory>

namespace llb::context {

/// One source path of a copy or mount.
struct Selector {
  /// Absolute and clean.
  std::string path;
  bool wildcard = false;
  /// Follow a link in the last component; those before are always followed.
  bool followLinks = false;
  std::vector<std::string> includePatterns;
  std::vector<std::string> excludePatterns;
  /// Absolute paths at or below which something has to be found.
  std::vector<std::string> requiredPaths;

  bool operator==(const Selector &) const = default;
};

struct Selected {
  /// The path by which it was found; links in front of wildcards are in it as
  /// they are written.
  std::string path;
  /// Index of an entry, or `Snapshot::root`.
  size_t entry;
  /// With all that is below it; else the file or directory alone.
  bool whole;
};

struct Selection {
  std::vector<Selected> selected;
  /// The links that were followed, as indices of entries; may repeat.
  std::vector<size_t> links;
  /// Why the step fails, empty if it doesn't: `"/x": not found`.
  std::string error;
};

class Snapshot {
public:
  /// The index that stands for the directory itself.
  static constexpr size_t root = SIZE_MAX;

  /// Of what someone else walked over, in the order of `entries`.
  explicit Snapshot(std::vector<FileInfo> files);
  static llvm::Expected<Snapshot> take(const Directory &directory,
                                       const Filter &filter);

  /// In the order of the walk, so what is below a directory follows it.
  const std::vector<FileInfo> &entries() const { return files; }
  /// The end of what is at and below `entry`.
  size_t endOf(size_t entry) const;
  Selection select(const Selector &selector) const;
  /// The entry at `path`, which has no slash in front. Any thread may ask.
  std::optional<size_t> find(std::string_view path) const;

private:
  struct PathIndex;

  std::vector<FileInfo> files;
  /// Filled when it is first asked for: often nobody does.
  std::shared_ptr<PathIndex> index;
};

} // namespace llb::context

#endif
