// SPDX-License-Identifier: Apache-2.0
//
// `.dockerignore`: its lines, and moby/patternmatcher's matching.
#ifndef LLB_SUPPORT_PATTERNMATCHER_H
#define LLB_SUPPORT_PATTERNMATCHER_H

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llb {

/// ignorefile.ReadAll: the patterns of a `.dockerignore`. On a line of 64 KiB
/// or more there are none, and `error`, if not null, gets Go's text. `lines`,
/// if not null, gets the number of the line of each pattern, from 1.
std::vector<std::string>
parseDockerignore(std::string_view text, std::string *error = nullptr,
                  std::vector<unsigned> *lines = nullptr);

class PatternMatcher {
public:
  /// On a bad pattern returns null and sets `error` to Go's text.
  static std::unique_ptr<PatternMatcher>
  create(const std::vector<std::string> &patterns, std::string &error);
  ~PatternMatcher();

  /// patternmatcher.MatchesOrParentMatches. A bad pattern that `create` let
  /// through, as Go does, shows up here: the answer is false and `error`, if
  /// not null, gets Go's text.
  bool matchesOrParentMatches(std::string_view path,
                              std::string *error = nullptr) const;
  /// Whether some pattern starts with `!`.
  bool hasExclusions() const;

  /// Which patterns matched a directory or one above it.
  using DirMatches = std::vector<bool>;

  /// patternmatcher.MatchesUsingParentResults, for walks: `parent` is what
  /// `matched` was for the directory of `path`, and empty if there is none.
  /// This is BuildKit's answer for files that it sends, and in odd cases,
  /// such as exceptions under exceptions, not that of matchesOrParentMatches.
  bool matches(std::string_view path, const DirMatches &parent,
               DirMatches &matched, std::string *error = nullptr) const;
  /// The place in `create`'s list of the pattern that had the last word on
  /// `path` in `matches`; nothing if none matched.
  std::optional<size_t> lastMatch(std::string_view path,
                                  const DirMatches &parent) const;
  /// Whether something below the directory `path` may match, or be an exception
  /// if `exceptions`, as far as the literal patterns tell. A pattern with
  /// wildcards before its last part makes everything possible.
  bool mayMatchBelow(std::string_view path, bool exceptions) const;

private:
  struct Impl;
  explicit PatternMatcher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace llb

#endif
