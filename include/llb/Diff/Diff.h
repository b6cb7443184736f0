// SPDX-License-Identifier: Apache-2.0
//
// What differs between two modules, and which steps that builds again.
#ifndef LLB_DIFF_DIFF_H
#define LLB_DIFF_DIFF_H

#include "llb/Diff/Side.h"

#include <llvm/Support/raw_ostream.h>

namespace llb::diff {

/// One field that has another value.
struct FieldChange {
  /// As in dump-llb's JSON: `file.actions[0].Action.copy.src`.
  std::string field;
  /// JSON; empty where there is none.
  std::string before;
  std::string after;
};

enum class FileChangeKind {
  Added,
  Removed,
  Type,
  Mode,
  Content,
  /// Of a symbolic link.
  Target,
  Device,
  /// Extended ones.
  Attributes,
};

/// One property of a file that a step takes of a local directory.
struct FileChange {
  /// Relative to the directory.
  std::string path;
  FileChangeKind kind;
  /// A type in words, a mode in octal digits, a digest, a target; empty where
  /// there is none.
  std::string before;
  std::string after;
};

enum class ChangeKind { Changed, Added, Removed };

/// The first change on one chain of steps.
struct Change {
  ChangeKind kind;
  /// Invalid if added or removed.
  ir::NodeId before;
  ir::NodeId after;
  std::vector<FieldChange> fields;
  /// Of a step that is the same but takes other files.
  std::vector<FileChange> files;
};

struct ResultDiff {
  std::string name;
  /// The result is in one of the modules only.
  ChangeKind kind = ChangeKind::Changed;
  std::vector<Change> changes;
  /// Steps of the new module that the old one's cache does not have, in order.
  std::vector<ir::NodeId> rebuilt;
  /// Steps of the new result.
  size_t steps = 0;
};

/// Compares results of equal names, or the only results of both whatever their
/// names. Volatile parts (CacheKey's) do not count, nor do descriptions and
/// places. About linear in the size of the modules and of what they take of
/// local directories.
std::vector<ResultDiff> diffModules(const Side &before, const Side &after);

/// For people. Says `no step differs` of equal results.
void printDiffText(const Side &before, const Side &after,
                   const std::vector<ResultDiff> &results,
                   llvm::raw_ostream &out);
/// `{"results":[{"name","changes":[{"kind","line","step","fields":[{"field",
/// "before","after"}],"files":[{"path","change","before","after"}]}],
/// "rebuilt":[{"line","step"}],"steps"}]}`.
void printDiffJson(const Side &before, const Side &after,
                   const std::vector<ResultDiff> &results,
                   llvm::raw_ostream &out);
/// One page without anything from outside: the steps of the new module in
/// order, with their inputs, rebuilt or cached, and the changes.
void printDiffHtml(const Side &before, const Side &after,
                   const std::vector<ResultDiff> &results,
                   llvm::raw_ostream &out);

/// `changed`, `added` or `removed`.
std::string_view nameOf(ChangeKind kind);
/// What a change says, for people: `file.actions[0]…: "/a" became "/b"`,
/// `src/a: the content changed`; a line each. Of many files the first.
std::vector<std::string> describeChange(const Change &change);

} // namespace llb::diff

#endif
