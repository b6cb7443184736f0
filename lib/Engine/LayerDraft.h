// SPDX-License-Identifier: Apache-2.0
//
// A layer that is described and not written: what file operations would have
// made on top of another tree, with the content of files where it was copied
// from. Its tar can be made of it as of a layer's directory; as a tree it is
// what a mount of both would show. Paths are resolved ones: a link in a
// directory of theirs is not followed.
#ifndef LLB_ENGINE_LAYERDRAFT_H
#define LLB_ENGINE_LAYERDRAFT_H

#include "llb/Engine/WritableTree.h"

#include <map>
#include <memory>

namespace llb::engine {

class LayerDraft : public WritableTree {
public:
  /// On top of `lower`, of nothing if that is null.
  explicit LayerDraft(std::shared_ptr<const Tree> lower);

  int lstat(const std::string &path, FileStat &result) const override;
  int readLink(const std::string &path, std::string &target) const override;
  int list(const std::string &path,
           std::vector<std::string> &names) const override;
  int open(const std::string &path, UniqueFd &fd) const override;
  int xattrs(const std::string &path, Xattrs &result) const override;
  int openWithXattrs(const std::string &path, UniqueFd &fd,
                     Xattrs &result) const override;
  bool findsCapabilities() const override { return true; }

  int makeDir(const std::string &path, mode_t mode) override;
  int makeSymlink(const std::string &path, const std::string &text) override;
  int makeDevice(const std::string &path, mode_t mode, dev_t device) override;
  int makeLink(const std::string &existing, const std::string &path) override;
  /// The content is not read before it is asked for; `source` must be one of
  /// those that were given to `keep`.
  int copyFile(const Tree &source, const std::string &from,
               const std::string &path, off_t &size) override;
  int writeFile(const std::string &path, mode_t mode,
                std::string_view content) override;
  int unlink(const std::string &path) override;
  int removeAll(const std::string &path) override;
  int setMode(const std::string &path, mode_t mode) override;
  int setOwner(const std::string &path, const FileOwner &owner) override;
  int setTimes(const std::string &path, const FileTimes &times) override;
  int setInfo(const std::string &path, const FileInfo &info) override;

  /// Keeps what content comes from for as long as this lives.
  void keep(std::shared_ptr<const Tree> source) {
    sources.push_back(std::move(source));
  }
  /// Whether a tar of the layer says all of it: extended attributes but
  /// `security.capability` are in no layer, and a device that was written to is
  /// none of ours.
  bool isWhole() const { return whole; }
  /// The tree that this is on top of; null if it is nothing.
  const Tree *below() const { return lower.get(); }

  /// What this adds to the tree below, in the form of a layer (LayerForm.h).
  class Upper : public Tree {
  public:
    explicit Upper(const LayerDraft &draft) : draft(draft) {}
    int lstat(const std::string &path, FileStat &result) const override;
    int readLink(const std::string &path, std::string &target) const override;
    int list(const std::string &path,
             std::vector<std::string> &names) const override;
    int open(const std::string &path, UniqueFd &fd) const override;
    int xattrs(const std::string &path, Xattrs &result) const override;
    int openWithXattrs(const std::string &path, UniqueFd &fd,
                       Xattrs &result) const override;
    bool isOpaque(const std::string &path) const override;

  private:
    const LayerDraft &draft;
  };

private:
  /// What names of the same file share.
  struct File {
    FileStat info{};
    /// The text of a link, or the content of a file without a source.
    std::string text;
    Xattrs xattrs;
    /// Where the content is; null if it is `text`.
    const Tree *source = nullptr;
    std::string path;

    /// Whether the attributes are those of the source.
    bool sharesXattrs() const {
      return source && source->hasOnlyCapabilities();
    }
  };
  struct Node {
    std::shared_ptr<File> file;
    std::map<std::string, Node, std::less<>> children;
    /// What is below does not show through.
    bool hides = false;
    /// There is nothing here any more; `file` is null.
    bool gone = false;
  };
  /// What is known of a path: its node, or that the tree below decides.
  struct Found {
    const Node *node = nullptr;
    /// 0, or why there is nothing.
    int error = 0;
  };

  Found find(const std::string &path) const;
  /// The node of what is at a path, made from the tree below if need be, with
  /// the directories above it; 0 or an errno.
  int openNode(const std::string &path, Node *&node);
  int openDir(const std::string &path, Node *&node);
  /// Puts a file at a path where there is none.
  int add(const std::string &path, mode_t mode, std::shared_ptr<File> file);
  static void unlinkAll(const Node &node);
  static void touch(File &file);

  std::shared_ptr<const Tree> lower;
  std::vector<std::shared_ptr<const Tree>> sources;
  Node root;
  bool whole = true;
  /// The directory that something was last made in.
  std::string lastPath;
  Node *lastDir = nullptr;
};

} // namespace llb::engine

#endif
