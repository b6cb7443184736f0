// SPDX-License-Identifier: Apache-2.0
//
// A tree that file operations write to: a directory of this machine, or a layer
// that is only described (LayerDraft.h). A path that is changed, or made, has
// no link in its directories; what it is itself is never followed. Results are
// 0 or an errno.
#ifndef LLB_ENGINE_WRITABLETREE_H
#define LLB_ENGINE_WRITABLETREE_H

#include "llb/Engine/Tree.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace llb::engine {

struct FileOwner {
  uint32_t uid = 0;
  uint32_t gid = 0;
};

/// Times to give: access and modification.
struct FileTimes {
  timespec access;
  timespec modification;
};

/// What an entry gets besides its content.
struct FileInfo {
  FileOwner owner;
  /// Of a link it is left alone.
  mode_t mode = 0;
  FileTimes times;
  /// Those that cannot be had are left out.
  Xattrs xattrs;
};

class WritableTree : public Tree {
public:
  /// EEXIST if there is something; so the others that make something.
  virtual int makeDir(const std::string &path, mode_t mode) = 0;
  virtual int makeSymlink(const std::string &path, const std::string &text) = 0;
  virtual int makeDevice(const std::string &path, mode_t mode,
                         dev_t device) = 0;
  virtual int makeLink(const std::string &existing,
                       const std::string &path) = 0;
  /// Makes a file with the content of `from` in `source`; `size` gets that of
  /// what was copied.
  virtual int copyFile(const Tree &source, const std::string &from,
                       const std::string &path, off_t &size) = 0;
  /// Gives a file this content; makes it, with this mode, if it is not there.
  virtual int writeFile(const std::string &path, mode_t mode,
                        std::string_view content) = 0;
  /// Of anything but a directory.
  virtual int unlink(const std::string &path) = 0;
  /// A file or a whole directory; absence is no failure.
  virtual int removeAll(const std::string &path) = 0;
  /// Of a link nothing is changed.
  virtual int setMode(const std::string &path, mode_t mode) = 0;
  virtual int setOwner(const std::string &path, const FileOwner &owner) = 0;
  virtual int setTimes(const std::string &path, const FileTimes &times) = 0;
  virtual int setInfo(const std::string &path, const FileInfo &info) = 0;
  /// Whether the capability of a file that is copied is looked up when it is
  /// asked for.
  virtual bool findsCapabilities() const { return false; }
  /// The directory that this is; null if it is none.
  virtual const DirTree *directory() const { return nullptr; }
};

/// A directory of this machine, which must outlive it.
class WritableDir : public WritableTree {
public:
  explicit WritableDir(const DirTree &dir) : dir(dir) {}

  int lstat(const std::string &path, FileStat &result) const override {
    return dir.lstat(path, result);
  }
  int readLink(const std::string &path, std::string &target) const override {
    return dir.readLink(path, target);
  }
  int list(const std::string &path,
           std::vector<std::string> &names) const override {
    return dir.list(path, names);
  }
  int open(const std::string &path, UniqueFd &fd) const override {
    return dir.open(path, fd);
  }
  int xattrs(const std::string &path, Xattrs &result) const override {
    return dir.xattrs(path, result);
  }

  int makeDir(const std::string &path, mode_t mode) override;
  int makeSymlink(const std::string &path, const std::string &text) override;
  int makeDevice(const std::string &path, mode_t mode, dev_t device) override;
  int makeLink(const std::string &existing, const std::string &path) override;
  int copyFile(const Tree &source, const std::string &from,
               const std::string &path, off_t &size) override;
  int writeFile(const std::string &path, mode_t mode,
                std::string_view content) override;
  int unlink(const std::string &path) override;
  int removeAll(const std::string &path) override {
    return dir.removeAll(path);
  }
  int setMode(const std::string &path, mode_t mode) override;
  int setOwner(const std::string &path, const FileOwner &owner) override;
  int setTimes(const std::string &path, const FileTimes &times) override;
  int setInfo(const std::string &path, const FileInfo &info) override;
  const DirTree *directory() const override { return &dir; }

private:
  const DirTree &dir;
};

} // namespace llb::engine

#endif
