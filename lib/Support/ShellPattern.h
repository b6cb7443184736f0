// SPDX-License-Identifier: Apache-2.0
//
// The glob patterns of `${x#p}`, `${x%p}` and `${x/p/r}`: `*`, `?` and
// backslash escapes, nothing else. BuildKit turns them into regular
// expressions in which `.` does not match a newline; here they are matched
// directly, with the same result and a bound on the work.
#ifndef LLB_LIB_SUPPORT_SHELLPATTERN_H
#define LLB_LIB_SUPPORT_SHELLPATTERN_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llb {

class ShellPattern {
public:
  /// Reads `pattern`; on failure returns nothing and sets `error` to BuildKit's
  /// text.
  static std::optional<ShellPattern> parse(std::string_view pattern,
                                           std::string &error);

  struct Match {
    size_t begin;
    size_t end;
  };
  /// The leftmost match at or after byte `from`; with `greedy` every `*` takes
  /// as much as it can, else as little. `steps` is what may still be spent on
  /// comparing characters; once it is 0 the answer is worthless.
  std::optional<Match> find(std::string_view text, size_t from, bool greedy,
                            uint64_t &steps) const;
  /// As `find`, but the match has to begin at byte 0.
  std::optional<Match> findPrefix(std::string_view text, bool greedy,
                                  uint64_t &steps) const;

private:
  /// What stands between two stars; `anyRune` is `?`.
  using Segment = std::vector<char32_t>;

  bool matchAt(const Segment &segment, std::string_view text, size_t at,
               size_t &end, uint64_t &steps) const;
  std::optional<size_t> matchRest(std::string_view text, size_t at, bool greedy,
                                  uint64_t &steps) const;

  /// One more than there are stars.
  std::vector<Segment> segments;
};

/// `${x#pattern}` and `${x##pattern}`; `${x%pattern}` and `${x%%pattern}`.
/// On failure they return nothing and set `error` to BuildKit's text.
std::optional<std::string> trimShellPrefix(std::string_view pattern,
                                           std::string_view value, bool greedy,
                                           std::string &error);
std::optional<std::string> trimShellSuffix(std::string_view pattern,
                                           std::string_view value, bool greedy,
                                           std::string &error);

/// `${x/pattern/replacement}`, or with `all` `${x//pattern/replacement}`, in
/// whose replacement Go's regexp package expands `$1` and `${name}`. A result
/// beyond `maxBytes` is an error.
std::optional<std::string> replaceShellPattern(std::string_view pattern,
                                               std::string_view replacement,
                                               std::string_view value, bool all,
                                               size_t maxBytes,
                                               std::string &error);

} // namespace llb

#endif
