// SPDX-License-Identifier: Apache-2.0
//
// `.dockerignore`: its lines, and moby/patternmatcher's matching.
#ifndef LLB_SUPPORT_PATTERNMATCHER_H
#define LLB_SUPPORT_PATTERNMATCHER_H

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llb {

/// ignorefile.ReadAll: the patterns of a `.dockerignore`. On a line of 64 KiB
/// or more there are none, and `error`, if not null, gets Go's text.
std::vector<std::string> parseDockerignore(std::string_view text,
                                           std::string *error = nullptr);

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

private:
  struct Impl;
  explicit PatternMatcher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace llb

#endif
