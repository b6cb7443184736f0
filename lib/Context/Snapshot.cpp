// SPDX-License-Identifier: Apache-2.0
//
// BuildKit's cacheContext.Checksum and includedPaths without the digests. Its
// tree of records has a directory twice, as header and as content; here that is
// one entry, `whole` telling which is meant.
#include "llb/Context/Snapshot.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoText.h"
#include "llb/Support/PatternMatcher.h"

#include <algorithm>
#include <llvm/ADT/StringMap.h>
#include <mutex>

namespace llb::context {

struct Snapshot::PathIndex {
  std::once_flag filled;
  llvm::StringMap<size_t> entries;
};

Snapshot::Snapshot(std::vector<FileInfo> files)
    : files(std::move(files)), index(std::make_shared<PathIndex>()) {}

llvm::Expected<Snapshot> Snapshot::take(const Directory &directory,
                                        const Filter &filter) {
  std::vector<FileInfo> files;
  if (llvm::Error error = walk(directory, filter, [&](FileInfo info) {
        files.push_back(std::move(info));
      }))
    return error;
  return Snapshot(std::move(files));
}

std::optional<size_t> Snapshot::find(std::string_view path) const {
  if (!index)
    return std::nullopt;
  std::call_once(index->filled, [this] {
    for (size_t i = 0; i < files.size(); ++i)
      index->entries.try_emplace(files[i].path, i);
  });
  auto found = index->entries.find(path);
  if (found == index->entries.end())
    return std::nullopt;
  return found->second;
}

size_t Snapshot::endOf(size_t entry) const {
  if (entry == root)
    return files.size();
  std::string prefix = files[entry].path + "/";
  auto end = std::partition_point(
      files.begin() + static_cast<std::ptrdiff_t>(entry) + 1, files.end(),
      [&](const FileInfo &file) { return file.path.starts_with(prefix); });
  return static_cast<size_t>(end - files.begin());
}

/// One selector at work.
class Selecting {
public:
  Selecting(const Snapshot &snapshot, const Selector &selector)
      : snapshot(snapshot), selector(selector), path(selector.path) {
    if (path == "/")
      path.clear();
  }

  Selection run();

private:
  /// A directory above the entry at hand.
  struct Parent {
    std::string path;
    size_t entry;
    bool included = false;
    PatternMatcher::DirMatches include, exclude;
  };

  std::optional<size_t> resolve(std::string_view from, bool followTrailing);
  bool takeWhole(std::string_view from, bool followTrailing);
  bool makeMatchers();
  bool findStart(std::string &written, std::optional<size_t> &start);
  void visit(const std::string &name, size_t entry);
  bool isIncluded(const std::string &candidate, Parent &entry);
  void addIncluded(std::string name, size_t entry, bool followable);
  void checkRequired();
  bool fail(std::string text) {
    result.error = std::move(text);
    return false;
  }

  const Snapshot &snapshot;
  const Selector &selector;
  /// Absolute, empty for the root.
  std::string path;
  std::unique_ptr<PatternMatcher> includes, excludes;
  std::vector<Parent> parents;
  std::string lastMatched;
  Selection result;
};

/// getFollowLinks: the entry of an absolute path. Without followTrailing a link
/// at the end is not followed.
std::optional<size_t> Selecting::resolve(std::string_view from,
                                         bool followTrailing) {
  constexpr int maxLinks = 255;
  std::string current = "/";
  std::string rest(from.substr(std::min<size_t>(from.size(), 1)));
  std::optional<size_t> found = Snapshot::root;
  int walked = 0;
  while (!rest.empty()) {
    size_t slash = rest.find('/');
    std::string part = rest.substr(0, slash);
    rest = slash == std::string::npos ? "" : rest.substr(slash + 1);
    std::string next = go::joinPath({"/", current, part});
    found = next == "/" ? std::optional(Snapshot::root)
                        : snapshot.find(std::string_view(next).substr(1));
    bool isLink = found && *found != Snapshot::root &&
                  snapshot.entries()[*found].isSymlink();
    if (!isLink) {
      current = std::move(next);
      continue;
    }
    if (!followTrailing && rest.empty())
      return found;
    result.links.push_back(*found);
    if (++walked > maxLinks) {
      fail("too many symlinks");
      return std::nullopt;
    }
    const std::string &target = snapshot.entries()[*found].target;
    if (go::isAbsPath(target))
      current = "/";
    rest = target + "/" + rest;
    while (rest.starts_with('/'))
      rest.erase(0, 1);
  }
  return found;
}

/// lazyChecksum.
bool Selecting::takeWhole(std::string_view from, bool followTrailing) {
  auto found = resolve(from, followTrailing);
  if (!result.error.empty())
    return false;
  if (!found)
    return fail(go::quote(from.empty() ? "/" : from) + ": not found");
  result.selected.push_back({std::string(from), *found, /*whole=*/true});
  return true;
}

bool Selecting::makeMatchers() {
  std::string error;
  if (!selector.includePatterns.empty() &&
      !(includes = PatternMatcher::create(selector.includePatterns, error)))
    return fail("invalid includepatterns: " + error);
  if (!selector.excludePatterns.empty() &&
      !(excludes = PatternMatcher::create(selector.excludePatterns, error)))
    return fail("invalid excludepatterns: " + error);
  return true;
}

/// Where to look: `written` is the path in front of any wildcard, `start` the
/// entry that it leads to.
bool Selecting::findStart(std::string &written, std::optional<size_t> &start) {
  written = path;
  bool more = false;
  if (selector.wildcard) {
    // The components in front of the first with a wildcard.
    size_t end = 0;
    while (end < path.size()) {
      size_t next = std::min(path.find('/', end + 1), path.size());
      if (go::hasWildcard(std::string_view(path).substr(end, next - end))) {
        more = true;
        break;
      }
      end = next;
    }
    written = path.substr(0, end);
  }
  start = Snapshot::root;
  if (!written.empty())
    start = resolve(written, selector.wildcard && more);
  return result.error.empty();
}

/// shouldIncludePath.
bool Selecting::isIncluded(const std::string &candidate, Parent &entry) {
  const Parent *parent = parents.empty() ? nullptr : &parents.back();
  static const PatternMatcher::DirMatches none;
  std::string error;
  if (includes) {
    bool matched = includes->matches(candidate, parent ? parent->include : none,
                                     entry.include, &error);
    if (!error.empty())
      return fail("failed to match includepatterns: " + error);
    if (!matched)
      return false;
  }
  if (excludes) {
    bool matched = excludes->matches(candidate, parent ? parent->exclude : none,
                                     entry.exclude, &error);
    if (!error.empty())
      return fail("failed to match excludepatterns: " + error);
    if (matched)
      return false;
  }
  return true;
}

/// `followable`: nothing above it was looked at, so a link is followed.
void Selecting::addIncluded(std::string name, size_t entry, bool followable) {
  if (followable && selector.followLinks && entry != Snapshot::root &&
      snapshot.entries()[entry].isSymlink()) {
    takeWhole(name, /*followTrailing=*/true);
    return;
  }
  result.selected.push_back({std::move(name), entry, /*whole=*/false});
}

void Selecting::visit(const std::string &name, size_t entry) {
  while (!parents.empty() && !name.starts_with(parents.back().path + "/"))
    parents.pop_back();
  std::string top = path;
  if (selector.wildcard) {
    if (!path.empty() &&
        (lastMatched.empty() || !name.starts_with(lastMatched + "/"))) {
      std::optional<bool> matched = go::matchPath(path, name);
      if (!matched)
        fail("syntax error in pattern");
      if (!matched || !*matched)
        return;
      lastMatched = name;
    }
    top = lastMatched;
  }
  std::string candidate = name + "/";
  if (candidate.starts_with(top + "/"))
    candidate.erase(0, top.size() + 1);
  if (candidate.ends_with('/'))
    candidate.pop_back();

  Parent self;
  self.path = name;
  self.entry = entry;
  bool included = isIncluded(candidate, self);
  if (!result.error.empty())
    return;
  bool followable = parents.empty();
  if (included) {
    // Above a directory that is included all are.
    size_t first = parents.size();
    while (first > 0 && !parents[first - 1].included)
      --first;
    for (; first < parents.size(); ++first) {
      addIncluded(parents[first].path, parents[first].entry,
                  /*followable=*/false);
      parents[first].included = true;
    }
    addIncluded(name, entry, followable);
    self.included = true;
  }
  if (entry == Snapshot::root || snapshot.entries()[entry].isDirectory())
    parents.push_back(std::move(self));
}

void Selecting::checkRequired() {
  for (const std::string &required : selector.requiredPaths)
    if (std::none_of(result.selected.begin(), result.selected.end(),
                     [&](const Selected &one) {
                       return one.path.starts_with(required);
                     })) {
      fail(go::quote(required) + ": not found");
      return;
    }
}

Selection Selecting::run() {
  if (!selector.wildcard && selector.includePatterns.empty() &&
      selector.excludePatterns.empty()) {
    takeWhole(path, selector.followLinks);
    return std::move(result);
  }
  std::string written;
  std::optional<size_t> start;
  if (!makeMatchers() || !findStart(written, start))
    return std::move(result);
  if (start) {
    const std::vector<FileInfo> &files = snapshot.entries();
    std::string real =
        *start == Snapshot::root ? std::string() : "/" + files[*start].path;
    size_t first = *start == Snapshot::root ? 0 : *start;
    // A path that ends in a slash stands for what is in the directory: the
    // directory is not looked at, and links right below it are followed.
    if (*start == Snapshot::root && selector.path != "/")
      visit(written, Snapshot::root);
    for (size_t i = first, end = snapshot.endOf(*start);
         i < end && result.error.empty(); ++i)
      visit(written + ("/" + files[i].path).substr(real.size()), i);
  }
  if (result.error.empty())
    checkRequired();
  return std::move(result);
}

Selection Snapshot::select(const Selector &selector) const {
  return Selecting(*this, selector).run();
}

} // namespace llb::context
