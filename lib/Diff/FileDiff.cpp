// SPDX-License-Identifier: Apache-2.0
//
// Only what a key covers counts: owners and times do not.
#include "FileDiff.h"

#include "llb/CacheKey/ContentKey.h"

#include <algorithm>
#include <llvm/ADT/StringMap.h>
#include <tuple>

namespace llb::diff {
namespace {

std::string typeOf(const context::FileInfo &info) {
  if (info.isRegular())
    return "file";
  if (info.isDirectory())
    return "directory";
  if (info.isSymlink())
    return "link";
  return S_ISFIFO(info.mode)   ? "fifo"
         : S_ISSOCK(info.mode) ? "socket"
                               : "device";
}

std::string modeOf(const context::FileInfo &info) {
  char text[16];
  snprintf(text, sizeof text, "%o", info.mode & 07777);
  return text;
}

/// Adds what differs between two entries of one path.
void compareEntries(const context::Contents &before, size_t old,
                    const context::Contents &after, size_t now,
                    std::vector<FileChange> &changes) {
  const context::FileInfo &was = before.files().entries()[old];
  const context::FileInfo &is = after.files().entries()[now];
  auto compare = [&](FileChangeKind kind, std::string from, std::string to) {
    if (from != to)
      changes.push_back({is.path, kind, std::move(from), std::move(to)});
  };
  if ((was.mode & S_IFMT) != (is.mode & S_IFMT))
    return compare(FileChangeKind::Type, typeOf(was), typeOf(is));
  compare(FileChangeKind::Mode, modeOf(was), modeOf(is));
  if (is.isRegular())
    compare(FileChangeKind::Content, before[old].digest.str(),
            after[now].digest.str());
  if (is.isSymlink())
    compare(FileChangeKind::Target, was.target, is.target);
  if (was.rdev != is.rdev)
    changes.push_back({is.path, FileChangeKind::Device, "", ""});
  if (before[old].xattrs != after[now].xattrs)
    changes.push_back({is.path, FileChangeKind::Attributes, "", ""});
}

} // namespace

std::vector<FileChange> diffFiles(const TakenFiles &before,
                                  const TakenFiles &after) {
  auto select = [](const TakenFiles &side) {
    // Whoever computed the keys has told of what is not there.
    std::string error;
    return cachekey::selectEntries(side.contents.files(), side.read, error);
  };
  auto infoOf = [](const TakenFiles &side, size_t entry) -> auto & {
    return side.contents.files().entries()[entry];
  };
  std::vector<FileChange> changes;
  llvm::StringMap<size_t> old;
  for (size_t entry : select(before))
    old.try_emplace(infoOf(before, entry).path, entry);
  for (size_t entry : select(after)) {
    const context::FileInfo &info = infoOf(after, entry);
    auto found = old.find(info.path);
    if (found == old.end()) {
      changes.push_back({info.path, FileChangeKind::Added, "", typeOf(info)});
      continue;
    }
    compareEntries(before.contents, found->second, after.contents, entry,
                   changes);
    old.erase(found);
  }
  for (const auto &[path, entry] : old)
    changes.push_back({path.str(), FileChangeKind::Removed,
                       typeOf(infoOf(before, entry)), ""});
  std::sort(changes.begin(), changes.end(),
            [](const FileChange &a, const FileChange &b) {
              return std::tie(a.path, a.kind) < std::tie(b.path, b.kind);
            });
  return changes;
}

} // namespace llb::diff
