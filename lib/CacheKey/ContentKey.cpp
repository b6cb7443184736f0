// SPDX-License-Identifier: Apache-2.0
//
// A set of entries, not a list for each selector: the operation itself says
// which of them goes where, so the same files under the same operation are the
// same result.
#include "llb/CacheKey/ContentKey.h"

#include "llb/Support/Hasher.h"

#include <charconv>
#include <sys/sysmacros.h>

namespace llb::cachekey {

std::vector<size_t> selectEntries(const context::Snapshot &snapshot,
                                  const context::InputRead &read,
                                  std::string &error) {
  size_t count = snapshot.entries().size();
  std::vector<bool> taken(count, read.whole || read.selectors.empty());
  for (const context::Selector &selector : read.selectors) {
    context::Selection selection = snapshot.select(selector);
    if (error.empty())
      error = selection.error;
    for (size_t link : selection.links)
      taken[link] = true;
    for (const context::Selected &one : selection.selected) {
      bool isRoot = one.entry == context::Snapshot::root;
      size_t first = isRoot ? 0 : one.entry;
      size_t end = one.whole ? snapshot.endOf(one.entry)
                   : isRoot  ? 0
                             : first + 1;
      for (size_t i = first; i < end; ++i)
        taken[i] = true;
    }
  }
  std::vector<size_t> entries;
  for (size_t i = 0; i < count; ++i)
    if (taken[i])
      entries.push_back(i);
  return entries;
}

std::string describeEntry(const context::Contents &contents, size_t entry) {
  const context::FileInfo &info = contents.files().entries()[entry];
  char mode[16];
  char *modeEnd = std::to_chars(mode, std::end(mode), info.mode, 8).ptr;
  std::string text;
  text.reserve(info.path.size() + 96);
  text += info.path;
  text += '\0';
  text.append(mode, modeEnd);
  // Whoever owns a file here, root does once it is sent.
  text.append("\0000:0\0", 5);
  if (info.isRegular())
    text.append(contents[entry].digest.text().data() + 7, 64);
  else if (info.isSymlink())
    text += info.target;
  else if (S_ISCHR(info.mode) || S_ISBLK(info.mode))
    text += std::to_string(major(info.rdev)) + ':' +
            std::to_string(minor(info.rdev));
  text += '\0';
  if (contents[entry].xattrs.empty())
    text.append("0\0", 2);
  else
    text += contents[entry].xattrs;
  return text;
}

Digest contentKey(const context::Contents &contents,
                  const std::vector<size_t> &entries) {
  Hasher hasher;
  hasher.update("llb-content-key/1\n");
  for (size_t entry : entries)
    hasher.update(describeEntry(contents, entry));
  return hasher.finish();
}

} // namespace llb::cachekey
