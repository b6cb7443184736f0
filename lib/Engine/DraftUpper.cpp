// SPDX-License-Identifier: Apache-2.0
//
// The layer that a draft has become: only what it changed, and what is gone in
// the form that a layer gives it.
#include "LayerDraft.h"

#include <cerrno>

namespace llb::engine {

int LayerDraft::Upper::lstat(const std::string &path, FileStat &result) const {
  if (const Node *node = draft.find(path).node) {
    result = node->file->info;
    return 0;
  }
  const Node *parent = draft.find(parentTreePath(path)).node;
  if (!parent || !parent->children.contains(path.substr(path.rfind('/') + 1)))
    return ENOENT;
  // What is gone has the form of a whiteout.
  result = {};
  result.st_mode = S_IFCHR;
  return 0;
}

int LayerDraft::Upper::readLink(const std::string &path,
                                std::string &target) const {
  return draft.find(path).node ? draft.readLink(path, target) : ENOENT;
}

int LayerDraft::Upper::list(const std::string &path,
                            std::vector<std::string> &names) const {
  names.clear();
  Found found = draft.find(path);
  if (!found.node)
    return found.error ? found.error : ENOENT;
  for (const auto &[name, node] : found.node->children)
    names.push_back(name);
  return 0;
}

int LayerDraft::Upper::open(const std::string &path, UniqueFd &fd) const {
  return draft.find(path).node ? draft.open(path, fd) : ENOENT;
}

int LayerDraft::Upper::xattrs(const std::string &path, Xattrs &result) const {
  return draft.find(path).node ? draft.xattrs(path, result) : ENOENT;
}

int LayerDraft::Upper::openWithXattrs(const std::string &path, UniqueFd &fd,
                                      Xattrs &result) const {
  return draft.find(path).node ? draft.openWithXattrs(path, fd, result)
                               : ENOENT;
}

bool LayerDraft::Upper::isOpaque(const std::string &path) const {
  FileStat under;
  const Node *node = draft.find(path).node;
  return node && node->hides && draft.lower &&
         draft.lower->lstat(path, under) == 0;
}

} // namespace llb::engine
