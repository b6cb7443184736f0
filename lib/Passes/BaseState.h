// SPDX-License-Identifier: Apache-2.0
//
// What is known of the directories of a root file system: everything on
// scratch, what the image lock lists of a base image, and what file operations
// on top of one of these are sure to make.
#ifndef LLB_PASSES_BASESTATE_H
#define LLB_PASSES_BASESTATE_H

#include "llb/IR/Ops.h"
#include "llb/Passes/ImageTable.h"

#include <set>
#include <vector>

namespace llb::passes {

/// Attributes of a directory that a copy would make.
struct DirAttrs {
  uint32_t mode = 0755;
  uint32_t uid = 0;
  uint32_t gid = 0;

  bool operator==(const DirAttrs &) const = default;
};

/// The clean ancestors of a clean absolute path, from the top, without `/`.
std::vector<std::string> ancestorsOf(const std::string &path);

class BaseState {
public:
  enum class Kind {
    /// Nothing, or a regular file.
    Absent,
    Directory,
    /// A link, a device, a directory with extended attributes, or unknown.
    Other,
  };
  struct Answer {
    Kind kind;
    DirAttrs attrs;
  };

  /// An empty root.
  static BaseState scratch();
  /// Nothing is known.
  static BaseState unknown();
  static BaseState listed(const BaseListing &listing);

  /// Whether nothing at all is known.
  bool isUnknown() const { return allUnknown; }
  Answer at(const std::string &path) const;
  /// Whether all directories below `path` are known and plain.
  bool isKnownBelow(const std::string &path) const;

  /// `path` is a directory now, made if there was none.
  void addDirectory(const std::string &path, DirAttrs attrs);
  /// Anything may be below `path`, and with `itself`, at it.
  void forget(const std::string &path, bool itself);
  void forgetAll() { allUnknown = true; }

private:
  bool allUnknown = false;
  const BaseListing *listing = nullptr;
  std::map<std::string, DirAttrs> made;
  /// Of these paths what is below is unknown; of `forgottenLeaves` they too.
  std::set<std::string> forgotten;
  std::set<std::string> forgottenLeaves;
};

} // namespace llb::passes

#endif
